// The ids of a two-sided relation are the relation's to write: set here, the other side would not know of them.
use chakra::{Draft, prelude::*};

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    tag_ids: Vec<Id<Tag>>,
    #[chakra(relation = ManyToMany, ids = tag_ids, inverse_ids = post_ids)]
    tags: Related<Vec<Tag>>,
}

#[derive(Model)]
struct Tag {
    #[chakra(id)]
    id: Id<Tag>,
    post_ids: Vec<Id<Post>>,
    #[chakra(relation = ManyToMany, ids = post_ids, inverse_ids = tag_ids)]
    posts: Related<Vec<Post>>,
}

fn main() {
    let _ = Draft::<Post>::steps().set(Post::tag_ids, [Id::<Tag>::new()]);
}
