// Each variant has its own fields.
use chakra::prelude::*;

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo { width: i32 },
    Link { url: String },
}

#[derive(Model)]
struct Album {
    #[chakra(id)]
    id: Id<Album>,
    cover: Media,
}

fn main() {
    let _ = Album::cover.link().width().gt(100);
}
