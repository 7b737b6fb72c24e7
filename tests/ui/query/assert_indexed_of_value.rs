// What is asserted is a query; a loaded value has no filter to look for an index for.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    age: i32,
}

fn check(user: User) {
    chakra::assert_indexed!(user);
}

fn main() {}
