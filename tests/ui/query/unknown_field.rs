// A field that does not exist would match nothing on the server; here its path does not exist.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

fn main() {
    let _ = User::emial.eq("ada@example.com");
}
