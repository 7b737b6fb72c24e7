// The fields that nobody declares have names and values of their own.
use chakra::{bson::Document, prelude::*};

#[derive(Model)]
#[chakra(index(rest))]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(extra, name = "rest", default = Document::new(), index)]
    rest: Document,
}

fn main() {}
