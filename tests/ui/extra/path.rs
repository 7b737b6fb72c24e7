// What is kept has no path, since it has no name that anybody knows.
use chakra::{bson::Document, prelude::*};

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(extra)]
    rest: Document,
}

fn main() {
    let _ = Post::rest;
}
