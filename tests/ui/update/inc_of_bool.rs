// A flag is no number: it is set.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    sold: bool,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).inc(Item::sold, 1).await?;
    Ok(())
}

fn main() {}
