// Two fields under one stored name would overwrite each other.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(name = "mail")]
    email: String,
    mail: String,
}

#[derive(Enum)]
enum Role {
    User,
    #[chakra(name = "User")]
    Member,
}

fn main() {}
