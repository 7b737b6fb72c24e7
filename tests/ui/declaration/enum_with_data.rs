// A variant is stored as its name, which has no room for data.
use chakra::prelude::*;

#[derive(Enum)]
enum Payment {
    Cash,
    Card(String),
    Transfer { iban: String },
}

fn main() {}
