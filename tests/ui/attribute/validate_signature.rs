// A rule borrows the value of its field and says by a `bool` or a `Result` whether it is right.
use chakra::prelude::*;

fn of_a_number(value: &i32) -> bool {
    *value > 0
}

fn by_value(value: String) -> bool {
    !value.is_empty()
}

fn fixes(value: &str) -> String {
    value.trim().to_owned()
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(validate = of_a_number)]
    email: String,
    #[chakra(validate = by_value)]
    name: String,
    #[chakra(validate = fixes)]
    bio: Option<String>,
}

fn main() {}
