// These attributes belong to the design and are not understood yet; they must not be read as nothing.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(index(sparse, kind = text))]
    bio: Option<String>,
    #[chakra(unique(partial = filter, hidden))]
    email: String,
}

fn main() {}
