// A relation to many leads to a list.
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

#[derive(Composite)]
struct Title {
    title: String,
}

#[derive(Composite)]
struct Author {
    posts: Option<Title>,
}

async fn authors(db: Db) -> chakra::Result<Vec<Author>> {
    db.pipeline::<User>().lookup(Author::posts, User::posts).as_().await
}

fn main() {}
