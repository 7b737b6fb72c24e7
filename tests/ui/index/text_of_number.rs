// A number has no words to search, and neither has a composite as a whole: its fields may have.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(text(title, stock, sizes, place, place.floor))]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    title: Option<String>,
    stock: i32,
    sizes: Vec<i64>,
    place: Place,
}

#[derive(Composite)]
struct Place {
    floor: Option<i32>,
}

fn main() {}
