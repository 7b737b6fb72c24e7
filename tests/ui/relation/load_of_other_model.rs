// A relation is loaded for values of the model that has it.
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

async fn loads(db: Db, mut posts: Vec<Post>) -> chakra::Result<()> {
    db.load(&mut posts, User::posts).await
}

fn main() {}
