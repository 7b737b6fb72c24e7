// `update` is for the one document that a unique key names; for all that match there is `update_many`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

async fn writes(db: Db) -> chakra::Result<()> {
    db.bulk().update(User::name.eq("Ada"), |user| user.set(User::name, "Grace")).await?;
    Ok(())
}

fn main() {}
