// A default without a value could be meant as `Default::default()`, which nobody sees in the schema.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(default)]
    logins: i64,
}

fn main() {}
