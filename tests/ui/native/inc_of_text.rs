// The server adds to numbers only, and this one is stored as a text.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    #[chakra(as = "string")]
    count: i64,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).inc(Item::count, 1).await?;
    Ok(())
}

fn main() {}
