// Which fields a union has is only known when it is read, so they cannot stand among those of another.
use chakra::prelude::*;

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo { url: String },
    Nothing,
}

#[derive(Model)]
struct Page {
    #[chakra(id)]
    id: Id<Page>,
    #[chakra(flatten)]
    media: Media,
}

fn main() {}
