// A text has no items.
use chakra::prelude::*;

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    city: String,
}

async fn counts(db: Db) -> chakra::Result<u64> {
    db.pipeline::<Order>().unwind(Order::city).count().await
}

fn main() {}
