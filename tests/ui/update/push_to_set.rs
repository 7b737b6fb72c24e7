// A push could put an item into a set twice; `add_to_set` does not.
use chakra::prelude::*;
use std::collections::BTreeSet;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    words: BTreeSet<String>,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).push(Item::words, "a").await?;
    Ok(())
}

fn main() {}
