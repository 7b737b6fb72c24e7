// Whether the other side may be absent is told by the key and by the type, which must tell the same.
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
    author_id: Option<Id<User>>,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: Related<User>,
    editor_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = editor_id)]
    editor: Related<Option<User>>,
}

fn main() {}
