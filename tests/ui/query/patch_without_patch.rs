// An `Option` cannot say whether its field is kept or taken out, so `patch` takes a `Patch`; a plain value is `set`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    bio: Option<String>,
}

async fn updates(db: Db, id: Id<User>, bio: Option<String>) -> chakra::Result<()> {
    db.update(id).patch(User::bio, bio).await?;
    Ok(())
}

fn main() {}
