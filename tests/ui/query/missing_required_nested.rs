// A nested draft leaves out the key that its parent fills, and nothing else.
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
    title: String,
    #[chakra(default = false)]
    published: bool,
    author_id: Id<User>,
}

async fn creates(db: Db) -> chakra::Result<()> {
    db.create(User::draft().email("ada@example.com").posts(create([Post::draft().published(true)]))).await?;
    Ok(())
}

fn main() {}
