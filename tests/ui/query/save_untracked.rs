// What changed in a value is known of one that is tracked: `db.get(id).await?.tracked()`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

async fn saves(db: Db, id: Id<User>) -> chakra::Result<()> {
    let mut user = db.get(id).await?;
    user.name = "Grace".into();
    db.save(&mut user).await?;
    Ok(())
}

fn main() {}
