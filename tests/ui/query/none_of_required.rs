// A required field is never `None`, so the question has no use.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

fn main() {
    let _ = User::name.is_none();
}
