// The documents of a pipeline are of one model, and of no other.
use chakra::{prelude::*, query::sum};

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
}

#[derive(Model)]
struct Payment {
    #[chakra(id)]
    id: Id<Payment>,
    amount: f64,
}

#[derive(Composite)]
struct Totals {
    total: f64,
}

async fn totals(db: Db) -> chakra::Result<Vec<Totals>> {
    db.pipeline::<Order>().group(|g| g.set(Totals::total, sum(Payment::amount))).as_().await
}

fn main() {}
