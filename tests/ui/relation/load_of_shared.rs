// Loading fills the values, so they are borrowed mutably.
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
    author_id: Id<User>,
}

async fn loads(db: Db, users: Vec<User>) -> chakra::Result<()> {
    db.load(&users, User::posts).await
}

fn main() {}
