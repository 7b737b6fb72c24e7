// The id of a post is no place among users.
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

async fn finds(db: Db, post: Id<Post>) -> chakra::Result<()> {
    db.find_many(User::all()).cursor(post).take(10).await?;
    Ok(())
}

fn main() {}
