// Each item has codes of its own; `update_where` says which of them get one more.
use chakra::prelude::*;

#[derive(Composite)]
struct Line {
    sku: String,
    qty: i32,
    codes: Vec<i32>,
}

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    lines: Vec<Line>,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).push(Item::lines.codes(), vec![1]).await?;
    Ok(())
}

fn main() {}
