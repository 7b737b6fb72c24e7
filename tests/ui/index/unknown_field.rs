// An index on a field that does not exist would be built, and never used.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index(emial), unique(name, cached), index(posts))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
    name: String,
    #[chakra(skip)]
    cached: u32,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    posts: Related<Vec<Post>>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    author_id: Id<User>,
}

fn main() {}
