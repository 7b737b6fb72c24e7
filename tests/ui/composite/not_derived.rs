// A struct says by its derive how it is stored.
use chakra::prelude::*;

struct Address {
    city: String,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    address: Address,
}

fn main() {}
