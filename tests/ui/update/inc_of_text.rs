// Nothing can be added to a text, also where it is one of an item's.
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
    db.update(id).update_where(Item::lines, Line::qty.gt(1), |line| line.inc(Line::sku, 1)).await?;
    Ok(())
}

fn main() {}
