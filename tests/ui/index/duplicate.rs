// The server refuses a second index with the same keys.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index(first, last), index(first, last), index(email))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    first: String,
    last: String,
    #[chakra(unique)]
    email: String,
}

fn main() {}
