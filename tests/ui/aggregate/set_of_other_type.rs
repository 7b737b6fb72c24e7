// A field is set to what it can hold: a sum of Doubles is no text.
use chakra::{prelude::*, query::sum};

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    total: f64,
}

#[derive(Composite)]
struct Totals {
    total: String,
}

async fn totals(db: Db) -> chakra::Result<Vec<Totals>> {
    db.pipeline::<Order>().group(|g| g.set(Totals::total, sum(Order::total))).as_().await
}

fn main() {}
