// An `_id` is a number that never changes.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: i64,
}

async fn updates(db: Db) -> chakra::Result<()> {
    db.update(Item::id.eq(1)).inc(Item::id, 1).await?;
    Ok(())
}

fn main() {}
