// Nothing can be added to a text.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

async fn updates(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.update(id).inc(User::name, 1).await?;
    Ok(())
}

fn main() {}
