// A rule is a function, named by its path.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(validate = 3)]
    phone: String,
    #[chakra(validate = |name: &str| name.len() > 3)]
    name: String,
}

fn main() {}
