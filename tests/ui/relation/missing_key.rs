// Without a key there is nothing to load by.
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
    #[chakra(relation = ManyToOne)]
    author: Related<User>,
    #[chakra(relation = OneToMany)]
    readers: Related<Vec<User>>,
    #[chakra(relation = ManyToMany)]
    editors: Related<Vec<User>>,
}

fn main() {}
