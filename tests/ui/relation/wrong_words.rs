// A relation is not stored: what speaks of storing belongs on its key, and each kind has its own keys.
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
    #[chakra(foreign_key = author_id)]
    author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id, unique, name = "a")]
    author: Related<User>,
    editor_ids: Vec<Id<User>>,
    #[chakra(relation = ManyToMany, ids = editor_ids, foreign_key = author_id)]
    editors: Related<Vec<User>>,
    #[chakra(relation = OneToMany, foreign_key = post_id, ids = editor_ids)]
    readers: Related<Vec<User>>,
}

fn main() {}
