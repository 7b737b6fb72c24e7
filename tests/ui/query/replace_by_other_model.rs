// What is put in the place of a user is a user.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
}

async fn replaces(db: Db, id: Id<User>, post: Post) -> chakra::Result<()> {
    db.replace(id, &post).await?;
    Ok(())
}

fn main() {}
