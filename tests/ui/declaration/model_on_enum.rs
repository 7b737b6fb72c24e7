// A document has fields; an enum that has none of them is a value in a field.
use chakra::prelude::*;

#[derive(Model)]
enum Role {
    User,
    Admin,
}

fn main() {}
