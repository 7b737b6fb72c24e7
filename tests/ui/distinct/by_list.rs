// Inside a list of composites there are many values, so that a document would be alike to several others that are not alike.
use chakra::prelude::*;

#[derive(Composite)]
struct Line {
    sku: String,
}

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    lines: Vec<Line>,
}

async fn firsts(db: Db) -> chakra::Result<()> {
    db.find_many(Order::all()).distinct_by(Order::lines.sku()).await?;
    Ok(())
}

fn main() {}
