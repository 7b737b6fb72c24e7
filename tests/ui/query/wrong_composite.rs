// A composite compares field by field with one of its own type.
use chakra::prelude::*;

#[derive(Composite)]
struct Point {
    x: f64,
    y: f64,
}

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
    let _ = User::address.eq(Point { x: 1.0, y: 2.0 });
}
