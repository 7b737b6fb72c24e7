// Documents of one model have no fields of another.
use chakra::prelude::*;

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    total: f64,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    logins: i64,
}

async fn sums(db: Db) -> chakra::Result<()> {
    db.aggregate(Order::all()).select((count(), sum(User::logins))).await?;
    Ok(())
}

fn main() {}
