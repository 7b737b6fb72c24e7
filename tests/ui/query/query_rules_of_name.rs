// What a query string may ask for is named by paths: a name as text may be none, and a path of another model leads nowhere.
use chakra::{QueryRules, prelude::*};

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
}

fn main() {
    let _ = QueryRules::<User>::new().only("email");
    let _ = QueryRules::<User>::new().only((User::email, Post::title));
}
