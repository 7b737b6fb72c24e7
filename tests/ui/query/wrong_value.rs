// The server compares values of different types without a word, and finds nothing.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(unique)]
    email: String,
    age: i32,
    tags: Vec<String>,
}

fn main() {
    let _ = User::age.eq("18");
    let _ = User::email.eq(18);
    let _ = User::tags.has(1);
}
