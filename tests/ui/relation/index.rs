// The index of a key is left out where the key is, by `index = false` and by nothing else.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(relation = OneToMany, foreign_key = author_id, index = false)]
    posts: Related<Vec<Post>>,
    #[chakra(relation = ManyToMany, inverse_ids = liker_ids, index = false)]
    liked: Related<Vec<Post>>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id, index = "hashed")]
    author: Related<User>,
    liker_ids: Vec<Id<User>>,
    #[chakra(relation = ManyToMany, ids = liker_ids, index)]
    likers: Related<Vec<User>>,
}

fn main() {}
