// A composite that refuses unknown fields would refuse the tag, and a union in a union would have two tags.
use chakra::prelude::*;

#[derive(Composite)]
#[chakra(deny_unknown)]
struct Photo {
    url: String,
}

#[derive(Composite)]
#[chakra(tag = "type")]
enum Link {
    Web { url: String },
}

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Attachment {
    Photo(Photo),
    Link(Link),
}

fn main() {}
