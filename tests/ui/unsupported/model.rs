// These attributes belong to the design and are not understood yet; they must not be read as nothing.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(validator, capped(size = 1), timeseries(time = at))]
#[chakra(index(title = hashed), index(title, expire_after = "30d"))]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
}

fn main() {}
