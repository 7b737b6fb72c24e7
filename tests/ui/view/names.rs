// A view reads each stored field once.
use chakra::prelude::*;

#[derive(View)]
struct Card {
    #[chakra(name = "_id")]
    id: i64,
    #[chakra(name = "_id")]
    key: i64,
    #[chakra(name = "address.city")]
    city: String,
}

fn main() {}
