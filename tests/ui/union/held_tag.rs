// The fields of the composite stand beside the tag, where its own `kind` would be the tag of the union.
use chakra::prelude::*;

#[derive(Composite)]
struct Photo {
    url: String,
    kind: String,
}

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Attachment {
    Photo(Photo),
}

fn main() {}
