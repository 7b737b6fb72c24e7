// A field that is never `None` is some in every document: `count()` counts those.
use chakra::prelude::*;

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    city: String,
}

async fn counts(db: Db) -> chakra::Result<()> {
    db.aggregate(Order::all()).select(count_of(Order::city)).await?;
    Ok(())
}

fn main() {}
