// An item stands where its list was only behind `unwind` in a pipeline: documents of a collection hold the list.
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

async fn found(db: Db) -> chakra::Result<Vec<Order>> {
    db.find_many::<Order>(Order::lines.unwound().sku().eq("a")).await
}

fn main() {}
