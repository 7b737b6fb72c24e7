// A relation is loaded as a whole, so the list stands inside: `Related<Vec<Post>>`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    posts: Vec<Related<Post>>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    author_id: Id<User>,
}

fn main() {}
