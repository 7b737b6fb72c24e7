// A rule takes the field's value and says whether it is fine.
use chakra::prelude::*;

fn is_even(number: &i32) -> bool {
    number % 2 == 0
}

fn length(text: &str) -> usize {
    text.len()
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(validate = is_even)]
    name: String,
    #[chakra(validate = length)]
    slug: String,
    #[chakra(validate = missing)]
    code: String,
}

fn main() {}
