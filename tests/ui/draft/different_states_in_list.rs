// Drafts that were built on different ways have different types; `Draft::of` makes them one.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
    name: String,
}

fn main() {
    let _ = vec![User::draft().email("ada@example.com"), User::draft().name("Ada")];
}
