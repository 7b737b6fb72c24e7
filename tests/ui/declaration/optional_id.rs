// A stored document always has its id, so the driver's `Option<ObjectId>` would only make every reader unwrap it.
use chakra::prelude::*;

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Option<Id<Post>>,
}

fn main() {}
