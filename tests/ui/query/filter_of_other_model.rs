// A filter asks about documents of one model.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    age: i32,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
}

fn main() {
    let _ = User::age.gt(18) & Post::title.eq("Hello");
}
