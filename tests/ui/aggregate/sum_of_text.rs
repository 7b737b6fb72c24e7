// A text is no number to add up.
use chakra::prelude::*;

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    city: String,
}

async fn sums(db: Db) -> chakra::Result<()> {
    db.aggregate(Order::all()).select(sum(Order::city)).await?;
    Ok(())
}

fn main() {}
