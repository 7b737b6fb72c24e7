// What a partial index has is said by a filter of its own model.
use chakra::prelude::*;

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    is_open: bool,
}

fn open() -> Filter<Post> {
    Post::is_open.eq(true)
}

#[derive(Model)]
#[chakra(index(a, partial = open), index(b, partial = Self::b), index(c, partial = Self::c == 3), index(d, partial = Self::e.gt(3)))]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    a: i32,
    b: i32,
    c: i32,
    d: i32,
}

fn main() {}
