// A text has no fields to ask for; it is pulled by its value.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    tags: Vec<String>,
    name: String,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).pull_where(Item::tags, Item::name.eq("a")).await?;
    Ok(())
}

fn main() {}
