// Items of a list that may be `None` cannot be changed where they are: there may be no list.
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
    lines: Option<Vec<Line>>,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).update_where(Item::lines, Line::qty.gt(1), |line| line.set(Line::qty, 1)).await?;
    Ok(())
}

fn main() {}
