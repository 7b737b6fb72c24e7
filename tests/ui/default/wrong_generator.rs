// A generator that makes another type would write documents that cannot be read.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(default = now())]
    created_at: i64,
    #[chakra(default = "uuid()")]
    token: String,
    #[chakra(default = auto())]
    code: i32,
}

fn main() {}
