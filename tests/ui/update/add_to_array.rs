// An array of fixed length would be read no more with one item more.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    ends: [i32; 2],
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).add_to_set(Item::ends, 1).await?;
    Ok(())
}

fn main() {}
