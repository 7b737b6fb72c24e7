// A relation whose key has no index is looked up by a scan of the whole collection, so the word is named and not taken yet.
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
    #[chakra(relation = ManyToOne, foreign_key = author_id, index = false)]
    author: Related<User>,
}

fn main() {}
