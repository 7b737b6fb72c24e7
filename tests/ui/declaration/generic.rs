// A collection has one shape, and a composite owns what it holds.
use chakra::prelude::*;

#[derive(Model)]
struct Event<T> {
    #[chakra(id)]
    id: i64,
    payload: T,
}

#[derive(Composite)]
struct Slice<'a> {
    text: &'a str,
}

fn main() {}
