// A search goes by the text index of the model, and this model declares none.
use chakra::{prelude::*, query::Sort};

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
}

fn main() {
    let _ = Filter::<Post>::search("coffee");
    let _ = Sort::<Post>::relevance();
}
