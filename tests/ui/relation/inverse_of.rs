// `inverse_of` names the relation of the other model that is this one seen from there; a key is no relation.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(relation = OneToMany, foreign_key = author_id, inverse_of)]
    posts: Related<Vec<Post>>,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(inverse_of = posts)]
    author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id, inverse_of = posts)]
    author: Related<User>,
}

fn main() {}
