// One document has no sum to be ordered by.
use chakra::prelude::*;

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    total: f64,
}

async fn finds(db: Db) -> chakra::Result<Vec<Order>> {
    db.find_many(Order::all()).order_by(sum(Order::total).desc()).await
}

fn main() {}
