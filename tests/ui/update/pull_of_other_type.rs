// A text is none of the numbers in the list.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    codes: Vec<i32>,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).pull(Item::codes, "1").await?;
    Ok(())
}

fn main() {}
