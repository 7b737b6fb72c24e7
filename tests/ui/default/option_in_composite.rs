// A missing `Option` is `None`, so its default would never be read.
use chakra::prelude::*;

#[derive(Composite)]
struct Address {
    #[chakra(default = 1)]
    floor: Option<i32>,
}

fn main() {}
