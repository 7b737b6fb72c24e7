// The field is one of the related model.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
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

async fn by_author(db: Db) -> chakra::Result<Vec<Post>> {
    db.find_many(Post::all()).order_by(Post::author.by(Post::title).asc()).await
}

fn main() {}
