// What becomes of a document is said where its key is: not at the other end, and not of lists, which lose an id in any case.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(relation = OneToMany, foreign_key = author_id, on_delete = Cascade)]
    posts: Related<Vec<Post>>,
    #[chakra(relation = OneToOne, foreign_key = owner_id, on_update = Cascade)]
    page: Related<Option<Post>>,
    group_ids: Vec<Id<Group>>,
    #[chakra(relation = ManyToMany, ids = group_ids, on_delete = Restrict)]
    groups: Related<Vec<Group>>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    author_id: Id<User>,
    #[chakra(unique)]
    owner_id: Id<User>,
    #[chakra(on_delete = Cascade)]
    editor_id: Id<User>,
}

#[derive(Model)]
struct Group {
    #[chakra(id)]
    id: Id<Group>,
}

#[derive(Composite)]
struct Line {
    #[chakra(on_delete = Cascade)]
    sku: String,
}

fn main() {}
