// A post always has an author: there is nothing that its key could become.
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

async fn disconnects(db: Db, post: Id<Post>) -> chakra::Result<()> {
    db.update(post).disconnect(Post::author, User::all()).await?;
    Ok(())
}

fn main() {}
