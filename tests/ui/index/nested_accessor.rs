// The accessor of a nested key is a constant beside those of the fields.
use chakra::prelude::*;

#[derive(Composite)]
struct Address {
    city: String,
}

#[derive(Model)]
#[chakra(unique(address.city))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    address: Address,
    address_city: String,
}

fn main() {}
