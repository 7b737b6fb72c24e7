// A wildcard index has all fields of a document, or those of one list.
use chakra::prelude::*;

#[derive(Composite)]
struct Place {
    city: String,
}

#[derive(Model)]
#[chakra(wildcard(only(place, place.city), except(tags), only(nobody), expire_after = "1d", sparse, desc))]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    place: Place,
    tags: Vec<String>,
    #[chakra(wildcard)]
    count: i32,
}

#[derive(Model)]
#[chakra(wildcard(only(place.citi)))]
struct Other {
    #[chakra(id)]
    id: Id<Other>,
    place: Place,
}

fn main() {}
