// A tagged union needs a document with a tag, which is not understood yet.
use chakra::prelude::*;

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Attachment {
    Photo { url: String },
    Link { url: String },
}

fn main() {}
