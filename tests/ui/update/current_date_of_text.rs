// The server's clock is a Date or a Timestamp.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    seen: String,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).current_date(Item::seen).await?;
    Ok(())
}

fn main() {}
