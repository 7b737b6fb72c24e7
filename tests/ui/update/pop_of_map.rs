// A map has no last entry; an entry is taken out by its key, `unset(Item::sizes.key("xl"))`.
use chakra::prelude::*;
use std::collections::HashMap;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    sizes: HashMap<String, i32>,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).pop(Item::sizes).await?;
    Ok(())
}

fn main() {}
