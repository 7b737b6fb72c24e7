// An `Id` knows its model, so the id of a category is no author.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

#[derive(Model)]
struct Category {
    #[chakra(id)]
    id: Id<Category>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: Related<User>,
}

async fn creates(db: Db, category: Id<Category>) -> chakra::Result<()> {
    db.create(Post::draft().author(connect(category))).await?;
    Ok(())
}

fn main() {}
