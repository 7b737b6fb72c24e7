// As a text a number is compared letter by letter, and "10" comes before "9".
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    #[chakra(as = "string")]
    count: i64,
}

fn main() {
    let _ = Item::count.lt(10);
}
