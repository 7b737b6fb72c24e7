// A time, a version and a sequence are filled by the library, which knows them by these types.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id, auto_increment)]
    id: String,
    #[chakra(updated_at)]
    updated_at: i64,
    #[chakra(version)]
    version: String,
    #[chakra(auto_increment)]
    number: i64,
    #[chakra(version, updated_at)]
    both: i64,
}

fn main() {}
