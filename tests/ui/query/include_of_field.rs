// A stored field is always there; only relations are loaded along.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

async fn finds(db: Db) -> chakra::Result<()> {
    db.find_many(User::all()).include(User::email).await?;
    Ok(())
}

fn main() {}
