// A rule is a path to a function, as it is written where the struct stands.
use chakra::prelude::*;

mod rules {
    pub fn is_mail(value: &str) -> bool {
        value.contains('@')
    }
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(validate = rules::is_mial)]
    email: String,
}

fn main() {}
