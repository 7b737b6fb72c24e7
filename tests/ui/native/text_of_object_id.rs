// Stored as an ObjectId a text has no letters to look for.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(as = "object_id")]
    owner: String,
}

fn main() {
    let _ = User::owner.starts_with("65a1");
}
