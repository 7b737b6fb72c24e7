// Inside a list of composites there are many values, so that a document would be in many groups.
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

async fn groups(db: Db) -> chakra::Result<()> {
    db.group_by(Order::lines.sku()).select(count()).await?;
    Ok(())
}

fn main() {}
