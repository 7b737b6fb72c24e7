// A list of ids that a relation keeps on both sides is changed through the relation: every operator of an update, of one or of many, in a
// bulk, and of a patch would leave the other side behind.
use chakra::{Patch, prelude::*};

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: i64,
    tag_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = tag_ids, inverse_ids = post_ids)]
    tags: Related<Vec<Tag>>,
}

#[derive(Model)]
struct Tag {
    #[chakra(id)]
    id: i64,
    post_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = post_ids, inverse_ids = tag_ids)]
    posts: Related<Vec<Post>>,
}

async fn updates(db: Db, patch: Patch<Vec<i64>>) -> chakra::Result<()> {
    db.update(Post::id.eq(1)).set(Post::tag_ids, vec![1]).await?;
    db.update(Post::id.eq(1)).unset(Post::tag_ids).await?;
    db.update(Post::id.eq(1)).push_all(Post::tag_ids, [1]).await?;
    db.update(Post::id.eq(1)).add_to_set(Post::tag_ids, 1).await?;
    db.update(Post::id.eq(1)).pull(Post::tag_ids, 1).await?;
    db.update(Post::id.eq(1)).pull_all(Post::tag_ids, [1]).await?;
    db.update(Post::id.eq(1)).pop(Post::tag_ids).await?;
    db.update(Post::id.eq(1)).patch(Post::tag_ids, patch).await?;
    db.update_many(Tag::all()).push(Tag::post_ids, 1).await?;
    db.bulk().update(Tag::id.eq(1), |tag| tag.pull(Tag::post_ids, 1)).await?;
    Ok(())
}

fn main() {}
