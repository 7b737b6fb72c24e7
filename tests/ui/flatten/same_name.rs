// Two fields under one name would overwrite each other, also where a derive cannot see both.
use chakra::prelude::*;

#[derive(Composite)]
struct Audit {
    #[chakra(name = "by")]
    created_by: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    by: String,
    #[chakra(flatten)]
    audit: Audit,
}

fn main() {}
