// Lengths belong to texts and lists, bounds to numbers, and the least is not above the most.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(max_length = 5)]
    active: bool,
    #[chakra(min_length = 5)]
    age: Option<i32>,
    #[chakra(min = 1)]
    name: String,
    #[chakra(max = 1)]
    tags: Vec<String>,
    #[chakra(min_length = 5, max_length = 3)]
    code: String,
    #[chakra(min = 0, max = -1)]
    score: f64,
}

fn main() {}
