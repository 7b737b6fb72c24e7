// Of a document that is deleted there is no new one to give back.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

async fn deletes(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.delete(id).returning(New).await?;
    Ok(())
}

fn main() {}
