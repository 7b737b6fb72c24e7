// `Related` does not say which key leads to it.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    author_id: Id<User>,
    author: Related<User>,
}

fn main() {}
