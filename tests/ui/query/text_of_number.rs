// A number has no letters to look for.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    age: i32,
}

fn main() {
    let _ = User::age.contains("1");
}
