// Of two values for one thing one would lose without a word.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(collection = "users", table = "people")]
struct User {
    #[chakra(id, primary_key)]
    id: Id<User>,
    #[chakra(name = "mail", map = "email")]
    email: String,
    #[chakra(max_length = 3)]
    #[chakra(max_length = 4)]
    code: String,
}

fn main() {}
