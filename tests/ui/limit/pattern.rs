// A pattern is compiled with the declaration, and only a text can match it.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(pattern = "^[a-z")]
    code: String,
    #[chakra(pattern = "a(?=b)")]
    slug: Option<String>,
    #[chakra(pattern = "^[0-9]+$")]
    zip: i32,
    #[chakra(pattern = "^a")]
    tags: Vec<String>,
    #[chakra(pattern = "^6", as = "object_id")]
    reference: String,
}

fn main() {}
