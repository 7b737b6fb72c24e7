// Nothing is filled in where nothing is written; only reading can miss a field.
use chakra::prelude::*;

#[derive(View)]
struct Card {
    #[chakra(default = now())]
    at: DateTime<Utc>,
    #[chakra(default = 1)]
    floor: Option<i32>,
}

fn main() {}
