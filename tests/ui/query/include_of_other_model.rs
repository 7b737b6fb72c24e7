// The author is a relation of `Post`; a query of users has nothing to load it by.
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
    author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: Related<User>,
}

async fn finds(db: Db) -> chakra::Result<()> {
    db.find_many(User::all()).include(Post::author).await?;
    Ok(())
}

fn main() {}
