// A flattened composite has no value of its own in a document: its fields are selected.
use chakra::prelude::*;

#[derive(Composite)]
struct Contact {
    email: String,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(flatten)]
    contact: Contact,
}

async fn finds(db: Db) -> chakra::Result<()> {
    db.find_many(User::all()).select(User::contact.email()).await?;
    db.find_many(User::all()).select(User::contact).await?;
    Ok(())
}

fn main() {}
