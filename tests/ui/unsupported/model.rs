// This attribute belongs to the design and is not understood yet; it must not be read as nothing.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(validator)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
}

fn main() {}
