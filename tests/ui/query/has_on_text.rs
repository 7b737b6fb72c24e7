// A text has no items; its parts are asked for by `contains`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

fn main() {
    let _ = User::name.has("A");
}
