// Through a variant a number may not be there, and what is not there cannot be counted.
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

async fn updates(db: Db, id: Id<Album>) -> chakra::Result<()> {
    db.update(id).inc(Album::cover.photo().width(), 1).await?;
    Ok(())
}

fn main() {}
