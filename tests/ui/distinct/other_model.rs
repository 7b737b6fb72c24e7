// Documents of one model have no fields of another.
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

async fn values(db: Db) -> chakra::Result<()> {
    db.distinct((User::email, Post::title), User::all()).await?;
    Ok(())
}

fn main() {}
