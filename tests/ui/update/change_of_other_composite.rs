// Changes of an item are by its own paths.
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
    db.update(id).update_where(Item::lines, Line::qty.gt(1), |line| line.set(Item::stock, 1)).await?;
    Ok(())
}

fn main() {}
