// Without a required field the document could not be read again.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

async fn updates(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.update(id).unset(User::name).await?;
    Ok(())
}

fn main() {}
