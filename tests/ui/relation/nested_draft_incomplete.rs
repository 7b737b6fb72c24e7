// A draft that an update creates leaves out the key that its parent fills, and nothing else.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    posts: Related<Vec<Post>>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
    body: Option<String>,
    author_id: Id<User>,
}

async fn creates(db: Db, user: Id<User>) -> chakra::Result<()> {
    db.update(user).create(User::posts, Post::draft().title("has all")).await?;
    db.update(user).create(User::posts, Post::draft().body("has no title")).await?;
    Ok(())
}

fn main() {}
