// Any field may come, so each is kept as it is.
use chakra::{bson::Document, prelude::*};
use std::collections::HashMap;

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(extra)]
    rest: HashMap<String, i32>,
    #[chakra(skip)]
    cached: Option<Document>,
}

#[derive(Composite)]
struct Sheet {
    #[chakra(extra)]
    rest: Option<Document>,
}

fn main() {}
