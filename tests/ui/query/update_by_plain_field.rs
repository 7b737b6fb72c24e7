// `update` changes one document, so it takes what only one document can match.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

async fn updates(db: Db) -> chakra::Result<()> {
    db.update(User::name.eq("Ada")).set(User::name, "Grace").await?;
    Ok(())
}

fn main() {}
