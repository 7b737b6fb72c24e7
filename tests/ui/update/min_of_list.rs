// A list has no order: the server would compare its items.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    codes: Vec<i32>,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).min(Item::codes, vec![1]).await?;
    Ok(())
}

fn main() {}
