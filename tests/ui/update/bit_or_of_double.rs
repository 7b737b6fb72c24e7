// A Double has no bits that anyone could mean.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    weight: f64,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).bit_or(Item::weight, 1.0).await?;
    Ok(())
}

fn main() {}
