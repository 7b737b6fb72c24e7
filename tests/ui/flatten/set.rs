// It is no value in the store that could be set or compared; its fields are.
use chakra::prelude::*;

#[derive(Clone, Composite)]
struct Audit {
    created_by: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(flatten)]
    audit: Audit,
}

async fn updates(db: Db, id: Id<Post>, audit: Audit) -> chakra::Result<()> {
    db.update(id).set(Post::audit, audit).await?;
    Ok(())
}

fn main() {}
