// One related document is changed by `update`; for several there is `update_many` with a filter.
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

async fn updates(db: Db, user: Id<User>, posts: [Id<Post>; 2]) -> chakra::Result<()> {
    db.update(user).update(User::posts, posts, |post| post.set(Post::title, "x")).await?;
    Ok(())
}

fn main() {}
