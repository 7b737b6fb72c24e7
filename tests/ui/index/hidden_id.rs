// The server keeps the index of the ids by itself and hides it from nobody; a hashed one beside it may be hidden.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index(id, hidden), index(id = hashed, hidden))]
struct User {
    #[chakra(id, index(hidden))]
    id: Id<User>,
}

fn main() {}
