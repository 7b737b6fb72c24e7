// An update changes documents of one model, and its paths are that model's.
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
}

async fn updates(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.update(id).set(Post::title, "Hello").await?;
    Ok(())
}

fn main() {}
