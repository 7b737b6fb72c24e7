// A path below a composite is the path itself, so the compiler finds the typo.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index(address.citi))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    address: Address,
}

#[derive(Composite)]
struct Address {
    city: String,
}

fn main() {}
