// The fields of a struct become the fields of the document; an enum has none of its own.
use chakra::prelude::*;

#[derive(Model)]
enum Role {
    User,
    Admin,
}

fn main() {}
