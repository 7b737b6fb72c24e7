// Of many related documents none gives the order: it is by their number, or by a field of the one that there is.
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
    author_id: Id<User>,
}

async fn by_title(db: Db) -> chakra::Result<Vec<User>> {
    db.find_many(User::all()).order_by(User::posts.by(Post::title).asc()).await
}

fn main() {}
