// A variant is a document: named fields, the fields of one composite, or none.
use chakra::prelude::*;

#[derive(Composite)]
struct Photo {
    url: String,
}

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Attachment {
    Text(String),
    Pair(Photo, Photo),
    Maybe(Option<Photo>),
    #[chakra(rename_all = "camelCase")]
    Image(#[chakra(name = "photo")] Photo),
}

fn main() {}
