// Referential actions come later; a cascade that is silently not done would leave orphans.
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
    #[chakra(relation = ManyToOne, foreign_key = author_id, on_delete = Cascade, index = false)]
    author: Related<User>,
}

fn main() {}
