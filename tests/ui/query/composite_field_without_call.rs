// Below a composite a path goes on by method: `User::address.city()`.
use chakra::prelude::*;

#[derive(Composite)]
struct Address {
    city: String,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    address: Option<Address>,
}

fn main() {
    let _ = User::address.city.eq("Rome");
}
