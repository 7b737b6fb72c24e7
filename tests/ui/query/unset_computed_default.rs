// A default that is not a constant fills drafts only; without its value the document could not be read.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(default = now())]
    created_at: DateTime<Utc>,
}

async fn forget(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.update(id).unset(User::created_at).await?;
    Ok(())
}

fn main() {}
