// A variant is a method of the path, and a function of the union: `Album::cover.photo()`, `Media::photo()`.
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
    media: Vec<Media>,
}

fn main() {
    let _ = Album::cover.photo.width().gt(100);
    let _ = Album::media.some(Media::photo.width().gt(100));
}
