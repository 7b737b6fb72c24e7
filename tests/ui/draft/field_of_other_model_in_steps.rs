// A draft has the fields of its own model.
use chakra::{Draft, prelude::*};

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
}

fn main() {
    let _ = Draft::<User>::steps().set(Post::title, "Hello");
}
