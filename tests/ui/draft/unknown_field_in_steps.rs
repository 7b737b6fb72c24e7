// Steps are filled by paths, so a typo in a field is found by the compiler.
use chakra::{Draft, prelude::*};

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

fn main() {
    let _ = Draft::<User>::steps().set(User::emial, "ada@example.com");
}
