// Each variant has a stored name and a path of its own, and no field stands where the tag is.
use chakra::prelude::*;

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Attachment {
    Photo {
        kind: String,
    },
    #[chakra(name = "Photo")]
    Link {
        url: String,
    },
    LINK {
        len: i64,
    },
    Some {
        url: String,
    },
    Crate,
}

fn main() {}
