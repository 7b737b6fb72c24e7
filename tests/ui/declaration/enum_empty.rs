// An enum without variants has no value that could be stored or read.
use chakra::prelude::*;

#[derive(Enum)]
enum Never {}

#[derive(Enum)]
struct Flag {
    on: bool,
}

fn main() {}
