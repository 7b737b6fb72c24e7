// There are four actions, and what is not one of them is never taken for `NoAction`.
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
    #[chakra(relation = ManyToOne, foreign_key = author_id, on_delete = Cascades)]
    author: Related<User>,
    editor_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = editor_id, on_delete = SetDefault)]
    editor: Related<User>,
    reader_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = reader_id, on_delete)]
    reader: Related<User>,
}

fn main() {}
