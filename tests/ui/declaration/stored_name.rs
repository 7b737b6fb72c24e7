// The server reads `$` as an operator and `.` as a path, and `_id` is the id.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id, name = "key")]
    id: Id<User>,
    #[chakra(name = "")]
    empty: String,
    #[chakra(name = "$set")]
    operator: String,
    #[chakra(name = "address.city")]
    nested: String,
    #[chakra(name = "a\0b")]
    nul: String,
    #[chakra(name = "_id")]
    second: String,
}

fn main() {}
