// Both sides of the relation keep ids; a push on one of them would leave the other behind.
use chakra::prelude::*;

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    category_ids: Vec<Id<Category>>,
    #[chakra(relation = ManyToMany, ids = category_ids, inverse_ids = post_ids)]
    categories: Related<Vec<Category>>,
}

#[derive(Model)]
struct Category {
    #[chakra(id)]
    id: Id<Category>,
    post_ids: Vec<Id<Post>>,
    #[chakra(relation = ManyToMany, ids = post_ids, inverse_ids = category_ids)]
    posts: Related<Vec<Post>>,
}

async fn updates(db: Db, post: Id<Post>, category: Id<Category>) -> chakra::Result<()> {
    db.update(post).push(Post::category_ids, category).await?;
    Ok(())
}

fn main() {}
