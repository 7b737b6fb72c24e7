// A validator is of a collection, one that `sync` may touch and the server checks.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(validator, timeseries(time = at))]
struct Reading {
    #[chakra(id)]
    id: Id<Reading>,
    at: DateTime<Utc>,
}

#[derive(Model)]
#[chakra(validator, sync = false)]
struct Foreign {
    #[chakra(id)]
    id: Id<Foreign>,
}

#[derive(Model)]
#[chakra(validator = true)]
struct Flag {
    #[chakra(id)]
    id: Id<Flag>,
}

#[derive(Composite)]
#[chakra(validator)]
struct Address {
    city: String,
}

#[derive(Composite)]
#[chakra(validator, tag = "kind")]
enum Way {
    Post { street: String },
}

#[derive(View)]
#[chakra(validator)]
struct Card {
    name: String,
}

fn main() {}
