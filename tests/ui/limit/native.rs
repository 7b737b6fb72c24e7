// A limit speaks of what is stored.
use chakra::{bson::Decimal128, prelude::*};

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(max_length = 24, as = "object_id")]
    reference: String,
    #[chakra(min = 0, as = "string")]
    age: i32,
    #[chakra(min = 0)]
    balance: Decimal128,
    #[chakra(max = 9, as = "decimal")]
    price: i64,
}

fn main() {}
