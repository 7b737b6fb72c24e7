// One value is no list that another could be appended to.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    code: i32,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).push(Item::code, 1).await?;
    Ok(())
}

fn main() {}
