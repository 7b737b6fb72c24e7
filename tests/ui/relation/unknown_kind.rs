// There are four kinds of relations.
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
    #[chakra(relation = ManyToOn, foreign_key = author_id)]
    author: Related<User>,
    #[chakra(relation)]
    editor: Related<User>,
}

fn main() {}
