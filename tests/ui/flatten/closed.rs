// A composite that refuses unknown fields would refuse those of its parent.
use chakra::prelude::*;

#[derive(Composite)]
#[chakra(deny_unknown)]
struct Audit {
    created_by: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(flatten)]
    audit: Audit,
}

fn main() {}
