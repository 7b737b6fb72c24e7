// The server keeps a unique index on `_id`, and there is no second one like it.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id, unique)]
    id: Id<User>,
}

fn main() {}
