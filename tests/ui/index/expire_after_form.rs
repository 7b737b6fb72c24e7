// A time to live has a unit, and is at most what the server takes.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index(a, expire_after = 30), index(b, expire_after = "30"), index(c, expire_after = "-1d"), index(d, expire_after = "69 years"))]
#[chakra(index(e, expire_after = "2147483648s"))]
struct Session {
    #[chakra(id)]
    id: Id<Session>,
    a: DateTime<Utc>,
    b: DateTime<Utc>,
    c: DateTime<Utc>,
    d: DateTime<Utc>,
    e: DateTime<Utc>,
    #[chakra(expire_after = "30d")]
    f: DateTime<Utc>,
}

fn main() {}
