// A filter is asked of documents; a condition on groups is for `having`.
use chakra::prelude::*;

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    total: f64,
}

async fn finds(db: Db) -> chakra::Result<Vec<Order>> {
    db.find_many(sum(Order::total).gt(1)).await
}

fn main() {}
