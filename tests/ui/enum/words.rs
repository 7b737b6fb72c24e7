// By number a name is never seen, and by name a number is not.
use chakra::prelude::*;

#[derive(Enum)]
#[chakra(repr = i32, rename_all = "lowercase")]
enum Code {
    #[chakra(name = "fine")]
    Fine,
    #[chakra(value = "2")]
    Bad,
}

#[derive(Enum)]
#[chakra(tag = "kind")]
enum Role {
    #[chakra(value = 1)]
    User,
}

fn main() {}
