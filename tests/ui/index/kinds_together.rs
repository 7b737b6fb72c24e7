// Of the special kinds the server takes one in an index, and one key of it.
use chakra::{Point, prelude::*};
use std::collections::HashMap;

#[derive(Model)]
#[chakra(index(a = hashed, b = hashed), index(place = "2dsphere", a = hashed), index(data = wildcard, place = "2dsphere"))]
#[chakra(index(data = wildcard, data.x), index(a = wildcard), index(a = text))]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    a: i64,
    b: i64,
    #[chakra(index(kind = hashed, direction = desc))]
    c: i64,
    #[chakra(index(kind = text))]
    d: String,
    place: Point,
    data: HashMap<String, i32>,
}

fn main() {}
