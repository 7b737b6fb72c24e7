// At the top level there is no parent to fill a key: it is set, or its relation is connected.
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
    title: String,
    author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: Related<User>,
}

async fn creates(db: Db) -> chakra::Result<()> {
    db.create(Post::draft().title("Hello")).await?;
    Ok(())
}

fn main() {}
