// After `unwind` a line stands where the list was, of which a filter on orders would ask in vain.
use chakra::prelude::*;

#[derive(Composite)]
struct Line {
    sku: String,
}

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    paid: bool,
    lines: Vec<Line>,
}

async fn counts(db: Db) -> chakra::Result<u64> {
    db.pipeline::<Order>().unwind(Order::lines).match_(Order::paid.eq(true)).count().await
}

fn main() {}
