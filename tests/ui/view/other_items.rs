// A view is a struct with named fields, which are stored in the document.
use chakra::prelude::*;

#[derive(View)]
struct Pair(i32, i32);

#[derive(View)]
enum Either {
    This,
    That,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

#[derive(View)]
struct Card {
    user: Related<User>,
}

fn main() {}
