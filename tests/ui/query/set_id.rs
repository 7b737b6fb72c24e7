// The server never changes an `_id`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

async fn updates(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.update(id).set(User::id, Id::new()).await?;
    Ok(())
}

fn main() {}
