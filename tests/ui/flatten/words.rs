// A flattened composite has no field of its own that could be named, filled or limited.
use chakra::prelude::*;

#[derive(Composite)]
struct Audit {
    created_by: String,
}

#[derive(Model)]
#[chakra(index(audit))]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(flatten, name = "audit", null)]
    audit: Audit,
}

fn main() {}
