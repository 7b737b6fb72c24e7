// An `i32` has no form of an ObjectId, so nothing could be stored of it.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(as = "object_id")]
    owner: i32,
}

fn main() {}
