// Several documents may have the same name, so the name is no place to start from.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

async fn finds(db: Db) -> chakra::Result<()> {
    db.find_many(User::all()).cursor(User::name.eq("Ada")).take(10).await?;
    Ok(())
}

fn main() {}
