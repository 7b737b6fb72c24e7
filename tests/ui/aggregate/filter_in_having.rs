// A group has no fields but what it is grouped by: documents are chosen by `filter`, groups by what their documents add up to.
use chakra::prelude::*;

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    city: String,
    total: f64,
}

async fn groups(db: Db) -> chakra::Result<()> {
    db.group_by(Order::city).having(Order::total.gt(1)).select(count()).await?;
    Ok(())
}

fn main() {}
