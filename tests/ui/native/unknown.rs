// There are eight stored types besides a type's own.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(as = "longg")]
    age: i32,
    #[chakra(as = "int")]
    logins: i64,
    #[chakra(as)]
    score: f64,
    #[chakra(serde = true)]
    name: String,
}

fn main() {}
