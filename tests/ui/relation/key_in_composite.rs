// What one model shows of a key in its composites is said where it stands; the path below the field is checked by the compiler itself.
use chakra::prelude::*;

#[derive(Clone, Composite)]
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
    place: Option<Place>,
    places: Vec<Place>,
    #[chakra(default = Place { land_id: 1 })]
    home: Place,
    #[chakra(relation = ManyToOne, foreign_key = plce.land_id)]
    misspelled: Related<Land>,
    #[chakra(relation = ManyToOne, foreign_key = place.land_id)]
    optional: Related<Land>,
    #[chakra(relation = ManyToOne, foreign_key = places.land_id)]
    of_list: Related<Land>,
    #[chakra(relation = ManyToOne, foreign_key = home.land_id)]
    of_default: Related<Land>,
    #[chakra(relation = ManyToMany, ids = places.land_id, inverse_ids = order_ids)]
    two_sided: Related<Vec<Land>>,
    #[chakra(relation = ManyToMany, ids = place.0)]
    no_name: Related<Vec<Land>>,
}

fn main() {}
