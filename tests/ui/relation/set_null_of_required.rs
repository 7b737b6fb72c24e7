// A key that is always there cannot become `None`, neither when its document is deleted nor when the value that it names changes.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(unique)]
    handle: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id, on_delete = SetNull)]
    author: Related<User>,
    editor: String,
    #[chakra(relation = ManyToOne, foreign_key = editor, references = handle, on_delete = Cascade, on_update = SetNull)]
    edited_by: Related<User>,
}

fn main() {}
