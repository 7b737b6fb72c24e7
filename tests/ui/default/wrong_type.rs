// A default is a value of its field, and the message stands at the value.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(default = "zero")]
    logins: i64,
}

fn main() {}
