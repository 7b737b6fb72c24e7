// These generators belong to the design and are not understood yet.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(default = ulid())]
    a: String,
    #[chakra(default = "cuid()")]
    b: String,
    #[chakra(default = nanoid(10))]
    c: String,
    #[chakra(default = uuid(7))]
    d: String,
}

fn main() {}
