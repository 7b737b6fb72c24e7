// `count()` is of documents; those in which a path is some are counted by `count_of`.
use chakra::prelude::*;

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    coupon: Option<String>,
}

async fn counts(db: Db) -> chakra::Result<()> {
    db.aggregate(Order::all()).select(count(Order::coupon)).await?;
    Ok(())
}

fn main() {}
