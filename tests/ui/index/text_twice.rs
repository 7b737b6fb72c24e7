// The server allows one text index a collection, over as many fields as it should have.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(text(title), text(body))]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
    body: String,
}

fn main() {}
