// Several documents may have the same name, so which of them would be found is chance.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

async fn finds(db: Db) -> chakra::Result<()> {
    db.find_unique(User::name.eq("Ada")).await?;
    Ok(())
}

fn main() {}
