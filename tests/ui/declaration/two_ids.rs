// A document has one `_id`; a compound id is one field whose type is a composite.
use chakra::prelude::*;

#[derive(Model)]
struct Seat {
    #[chakra(id)]
    row: i64,
    #[chakra(primary_key)]
    number: i64,
}

fn main() {}
