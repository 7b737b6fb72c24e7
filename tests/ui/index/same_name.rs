// The server knows an index by its name; those that differ in their options alone have one by default.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index(a), index(a, collation = "de"), index(b, map = "a_1"), index(c, sparse), index(c, sparse, hidden))]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    a: String,
    b: String,
    c: String,
}

fn main() {}
