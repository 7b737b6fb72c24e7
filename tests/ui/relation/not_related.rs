// A relation is loaded on demand, so its field holds a `Related` and not the model itself.
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
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: User,
}

fn main() {}
