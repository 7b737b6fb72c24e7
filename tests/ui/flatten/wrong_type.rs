// The fields of a flattened composite are there exactly once in every document.
use chakra::{bson::Bson, prelude::*};
use std::collections::HashMap;

#[derive(Composite)]
struct Audit {
    created_by: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(flatten)]
    audit: Option<Audit>,
    #[chakra(flatten)]
    audits: Vec<Audit>,
    #[chakra(flatten)]
    rest: HashMap<String, Bson>,
    #[chakra(flatten)]
    title: String,
}

fn main() {}
