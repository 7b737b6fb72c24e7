// Two values may have one hash, two places one cell, and a wildcard has many paths: only an index in order can be unique.
use chakra::{Point, prelude::*};
use std::collections::HashMap;

#[derive(Model)]
#[chakra(unique(email = hashed), unique(place = "2dsphere"), unique(data = wildcard))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
    #[chakra(unique(kind = hashed))]
    phone: String,
    place: Point,
    data: HashMap<String, i32>,
}

fn main() {}
