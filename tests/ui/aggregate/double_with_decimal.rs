// A Double has no exact place among decimals.
use chakra::{bson::Decimal128, prelude::*, query::sum};

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    price: Decimal128,
    weight: f64,
}

async fn total(db: Db) -> chakra::Result<Decimal128> {
    db.aggregate(Order::all()).select(sum(Order::price * Order::weight)).await
}

fn main() {}
