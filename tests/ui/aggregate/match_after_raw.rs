// After `raw` documents may be anything, of which a filter on orders would ask in vain.
use chakra::prelude::*;

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    paid: bool,
}

async fn counts(db: Db) -> chakra::Result<u64> {
    db.pipeline::<Order>().raw(doc! { "$project": { "total": 1 } }).match_(Order::paid.eq(true)).count().await
}

fn main() {}
