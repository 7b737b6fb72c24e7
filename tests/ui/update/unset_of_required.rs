// Without a required field an item of the list could not be read again, and with it its document.
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
    db.update(id).update_where(Item::lines, Line::qty.gt(1), |line| line.unset(Line::sku)).await?;
    Ok(())
}

fn main() {}
