// Related documents are written with one document; of many nobody could say which of them is meant.
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

async fn connects(db: Db, post: Id<Post>) -> chakra::Result<()> {
    db.update_many(User::all()).connect(User::posts, post).await?;
    Ok(())
}

fn main() {}
