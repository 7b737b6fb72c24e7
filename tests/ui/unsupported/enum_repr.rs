// An enum is stored by name; numbers and a catch-all are not understood yet.
use chakra::prelude::*;

#[derive(Enum)]
#[chakra(repr = i32)]
enum Role {
    User,
    #[chakra(other)]
    Unknown,
}

fn main() {}
