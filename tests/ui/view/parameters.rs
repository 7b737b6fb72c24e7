// A view borrows from the bytes of one document, and from nothing else.
use chakra::prelude::*;

#[derive(View)]
struct Two<'a, 'b> {
    name: &'a str,
    bio: &'b str,
}

#[derive(View)]
struct Card<T> {
    name: T,
}

fn main() {}
