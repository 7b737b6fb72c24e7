// Of one related document there is one or none: that is `is_some` and `is_none`, and no number.
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
    author: Related<User>,
}

fn with_author() -> Filter<Post> {
    Post::author.count().gt(0)
}

fn main() {}
