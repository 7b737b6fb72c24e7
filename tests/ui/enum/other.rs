// A variant for all other values keeps what was stored, so that it can be written back.
use chakra::prelude::*;

#[derive(Enum)]
enum Status {
    Active,
    #[chakra(other)]
    Unknown,
    #[chakra(other, name = "x")]
    Foreign(String),
    #[chakra(other)]
    Strange(String),
}

#[derive(Enum)]
enum Level {
    Low,
    #[chakra(other)]
    Unknown(i32),
}

#[derive(Enum)]
#[chakra(repr = i32)]
enum Code {
    Fine,
    #[chakra(other)]
    Unknown(i64),
}

#[derive(Enum)]
enum Nothing {
    #[chakra(other)]
    Unknown(String),
}

fn main() {}
