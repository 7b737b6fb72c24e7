// A filter is about one composite, and `is` and `some` take one of the field's own.
use chakra::prelude::*;

#[derive(Composite)]
struct Point {
    x: f64,
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
    places: Vec<Address>,
}

fn main() {
    let _ = User::address.is(Point::x.gt(1));
    let _ = User::places.some(Point::x.gt(1));
}
