// Which fields there are depends on the variant, so the path names it.
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
    let _ = Album::cover.width().gt(100);
}
