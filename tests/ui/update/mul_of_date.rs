// A moment is ordered, but nothing can be multiplied with it.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    seen: DateTime<Utc>,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).mul(Item::seen, 2).await?;
    Ok(())
}

fn main() {}
