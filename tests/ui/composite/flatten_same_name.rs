// Two fields under one stored name would overwrite each other, wherever they are declared.
use chakra::prelude::*;

#[derive(Composite)]
struct Contact {
    #[chakra(name = "mail")]
    email: String,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    mail: String,
    #[chakra(flatten)]
    contact: Contact,
}

fn main() {}
