// Of two flags none is the lesser that anyone could mean: a flag is set.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    sold: bool,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).min(Item::sold, true).await?;
    Ok(())
}

fn main() {}
