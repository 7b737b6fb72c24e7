// A path through a list of composites has many values in one document, and cannot stand beside one of another path.
use chakra::prelude::*;

#[derive(Composite)]
struct Line {
    sku: String,
}

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    city: String,
    lines: Vec<Line>,
}

async fn values(db: Db) -> chakra::Result<()> {
    let _: Vec<String> = db.distinct(Order::lines.sku(), Order::all()).await?;
    db.distinct((Order::city, Order::lines.sku()), Order::all()).await?;
    Ok(())
}

fn main() {}
