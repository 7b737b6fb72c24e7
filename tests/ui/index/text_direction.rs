// A search goes by relevance: the fields of a text index have no direction.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(text(title = desc, body))]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
    body: String,
}

fn main() {}
