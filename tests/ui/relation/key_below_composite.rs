// What lies below the field of a key is a path like any other, and has to be there.
use chakra::prelude::*;

#[derive(Composite)]
struct Place {
    land_id: i64,
}

#[derive(Model)]
struct Land {
    #[chakra(id)]
    id: i64,
}

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: i64,
    place: Place,
    number: i64,
    #[chakra(relation = ManyToOne, foreign_key = place.lnd_id)]
    misspelled: Related<Land>,
    #[chakra(relation = ManyToOne, foreign_key = number.land_id)]
    of_number: Related<Land>,
}

fn main() {}
