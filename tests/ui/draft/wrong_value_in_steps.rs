// A value of another type would be stored, and the document could not be read again.
use chakra::{Draft, prelude::*};

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    age: i32,
}

fn main() {
    let _ = Draft::<User>::steps().set(User::age, "18");
}
