// A constant id could be inserted once.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id, default = 1)]
    id: i64,
}

fn main() {}
