// The key of a ManyToOne and the ids of a ManyToMany are fields of this model.
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
    #[chakra(relation = ManyToOne, foreign_key = "autor_id")]
    author: Related<User>,
    editor_ids: Id<User>,
    #[chakra(relation = ManyToMany, ids = editor_ids)]
    editors: Related<Vec<User>>,
    #[chakra(relation = ManyToMany, ids = reader_ids)]
    readers: Related<Vec<User>>,
}

fn main() {}
