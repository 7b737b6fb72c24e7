// The changes are those of the model that the key is of.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
}

async fn writes(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.bulk().update(id, |user| user.set(Post::title, "a")).await?;
    Ok(())
}

fn main() {}
