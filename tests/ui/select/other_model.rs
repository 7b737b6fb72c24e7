// The title is a field of `Post`; a query of users has none.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
}

async fn finds(db: Db) -> chakra::Result<()> {
    db.find_many(User::all()).select(Post::title).await?;
    db.find_many(User::all()).select((User::email, Post::title)).await?;
    Ok(())
}

fn main() {}
