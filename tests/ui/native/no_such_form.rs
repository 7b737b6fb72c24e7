// Not every type has every form, and the message stands at the attribute.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(as = "object_id")]
    active: bool,
    #[chakra(as = "date")]
    names: Option<Vec<u8>>,
}

fn main() {}
