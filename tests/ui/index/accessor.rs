// The accessor of a compound key is a constant beside those of the fields.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(unique(first, last, name = email), unique(first, email, name = all))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    first: String,
    last: String,
    email: String,
}

fn main() {}
