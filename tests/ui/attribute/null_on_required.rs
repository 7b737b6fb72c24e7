// Only `None` is stored as null.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(null)]
    bio: String,
}

fn main() {}
