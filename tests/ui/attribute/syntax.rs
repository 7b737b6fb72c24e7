// A faulty entry is reported where it stands and does not hide the faults behind it.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(max_length 50, uniqe)]
    email: String,
    #[chakra("unique", nul)]
    bio: Option<String>,
}

fn main() {}
