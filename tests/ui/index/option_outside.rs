// The options of an index stand inside of it.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index(a), sparse, collation(locale = "de"), hashed)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    #[chakra(index, hidden, direction = desc)]
    a: String,
    #[chakra(hashed)]
    b: String,
    #[chakra(kind = "2dsphere")]
    c: String,
}

fn main() {}
