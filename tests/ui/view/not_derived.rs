// A view says by its derive which fields it reads; a model is read as a whole, without `view`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

struct Card {
    email: String,
}

async fn reads(db: Db) -> chakra::Result<()> {
    db.find_many(User::all()).view::<Card>().await?;
    Ok(())
}

fn main() {}
