// Stored by number, each variant has one that can be read off the declaration and that fits.
use chakra::prelude::*;

const LAST: isize = 9;

#[derive(Enum)]
#[chakra(repr = u8)]
enum Small {
    A,
}

#[derive(Enum)]
#[chakra(repr = i32)]
enum Computed {
    A,
    B = LAST,
}

#[derive(Enum)]
#[chakra(repr = i32)]
enum Large {
    A = 3_000_000_000,
    B = 1,
    #[chakra(value = 1)]
    C,
}

fn main() {}
