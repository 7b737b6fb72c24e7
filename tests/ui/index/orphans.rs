// Documents are left without what they refer to where the server deletes some by a date alone, and that is allowed or not said.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(orphans = "allowed", index(at, orphans = "allowed"), index(at, a, expire_after = "1d", orphans = "forbidden"))]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    #[chakra(index(orphans))]
    at: DateTime<Utc>,
    #[chakra(orphans = "allowed")]
    a: i32,
}

#[derive(Model)]
#[chakra(timeseries(time = at, orphans = "allowed"))]
struct Reading {
    #[chakra(id)]
    id: Id<Reading>,
    at: DateTime<Utc>,
}

fn main() {}
