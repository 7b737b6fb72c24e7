// A selection is made of paths: names as text, filters and relations are none.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    posts: Related<Vec<Post>>,
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
    db.find_many(User::all()).select("email").await?;
    db.find_many(User::all()).select(User::posts).await?;
    Ok(())
}

fn main() {}
