// A document without a required field could not be read again; the message names the field.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
    name: Option<String>,
}

async fn creates(db: Db) -> chakra::Result<()> {
    db.create(User::draft().name("Ada")).await?;
    Ok(())
}

fn main() {}
