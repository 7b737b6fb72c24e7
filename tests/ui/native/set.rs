// A set is one value to the codec, which does not look into it.
use chakra::prelude::*;
use std::collections::HashSet;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(as = "object_id")]
    friends: HashSet<String>,
}

fn main() {}
