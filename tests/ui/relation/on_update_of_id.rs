// An id never changes, so that an action for that would never be taken.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id, on_delete = Cascade, on_update = Cascade)]
    author: Related<User>,
}

fn main() {}
