// Two fields that keep the rest would write it twice, and what refuses the rest keeps none.
use chakra::{bson::Document, prelude::*};

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(extra)]
    rest: Document,
    #[chakra(extra)]
    more: Document,
}

#[derive(Composite)]
#[chakra(deny_unknown)]
struct Sheet {
    #[chakra(extra)]
    rest: Document,
}

fn main() {}
