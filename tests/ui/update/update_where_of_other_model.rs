// The filter is about an item of the list, not about the document that it stands in.
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
    stock: i32,
    lines: Vec<Line>,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).update_where(Item::lines, Item::stock.gt(1), |line| line.set(Line::qty, 1)).await?;
    Ok(())
}

fn main() {}
