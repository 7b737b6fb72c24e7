// A key below a composite is the path itself, so the compiler finds the typo.
use chakra::prelude::*;

#[derive(Composite)]
struct Address {
    city: String,
}

#[derive(Model)]
#[chakra(unique(address.citi))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    address: Address,
}

fn main() {}
