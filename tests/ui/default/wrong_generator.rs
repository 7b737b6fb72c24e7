// A generator that makes another type would write documents that cannot be read.
use chakra::{bson::oid::ObjectId, prelude::*};

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(default = now())]
    created_at: i64,
    #[chakra(default = now())]
    changed_at: String,
    #[chakra(default = "uuid()")]
    token: ObjectId,
    #[chakra(default = auto())]
    code: i32,
    #[chakra(default = auto())]
    reference: String,
    #[chakra(default = nanoid(), as = "object_id")]
    short: String,
    #[chakra(default = ulid())]
    sorted: Vec<u8>,
}

fn main() {}
