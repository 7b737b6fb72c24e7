// The kind says how many there are and the type how many are held; they must agree.
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
    author: Related<Vec<User>>,
    #[chakra(relation = OneToMany, foreign_key = post_id)]
    readers: Related<User>,
}

fn main() {}
