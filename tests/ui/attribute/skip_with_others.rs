// A skipped field is not stored, so nothing that speaks of storing it can hold.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(skip, name = "c", unique)]
    cached: u32,
}

fn main() {}
