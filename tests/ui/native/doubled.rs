// A value is stored in one form.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(as = "long", serde)]
    age: i32,
}

fn main() {}
