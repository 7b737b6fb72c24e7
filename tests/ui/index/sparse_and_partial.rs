// Both say which documents an index has, and the server takes one of them; some kinds say it by themselves.
use chakra::{Point, prelude::*};
use std::collections::HashMap;

#[derive(Model)]
#[chakra(index(a, sparse, partial = Self::a.gt(3)), index(place = "2dsphere", sparse), index(data = wildcard, sparse), wildcard(sparse))]
#[chakra(text(name, sparse))]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    a: i32,
    name: String,
    #[chakra(unique(sparse), null)]
    code: Option<String>,
    place: Point,
    data: HashMap<String, i32>,
}

fn main() {}
