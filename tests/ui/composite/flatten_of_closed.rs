// A composite that keeps or refuses unknown fields would take those of its parent for them.
use chakra::{bson::Document, prelude::*};

#[derive(Composite)]
struct Open {
    title: String,
    #[chakra(extra)]
    rest: Document,
}

#[derive(Composite)]
#[chakra(deny_unknown)]
struct Closed {
    text: String,
}

#[derive(Model)]
struct Page {
    #[chakra(id)]
    id: Id<Page>,
    #[chakra(flatten)]
    open: Open,
}

#[derive(Model)]
struct Leaf {
    #[chakra(id)]
    id: Id<Leaf>,
    #[chakra(flatten)]
    closed: Closed,
}

fn main() {}
