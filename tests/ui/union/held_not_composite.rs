// What stands beside the tag are the fields of a composite; this struct derives none.
use chakra::prelude::*;

struct Photo {
    url: String,
}

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Attachment {
    Photo(Photo),
}

fn main() {}
