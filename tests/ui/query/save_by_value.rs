// A save changes the value too, its version for one, so it takes it by `&mut`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

async fn saves(db: Db, id: Id<User>) -> chakra::Result<()> {
    let mut user = db.get(id).await?.tracked();
    user.name = "Grace".into();
    db.save(user).await?;
    Ok(())
}

fn main() {}
