// `delete_value` takes a value that was loaded; by its id a document is deleted by `delete`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

async fn deletes(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.delete_value(&id).await?;
    Ok(())
}

fn main() {}
