// A document has many tags but one name, so it has no one pair of them; alone, the list gives its items.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
    tags: Vec<String>,
}

async fn values(db: Db) -> chakra::Result<()> {
    let _: Vec<String> = db.distinct(User::tags, User::all()).await?;
    db.distinct((User::name, User::tags), User::all()).await?;
    Ok(())
}

fn main() {}
