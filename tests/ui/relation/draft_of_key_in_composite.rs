// A composite is set as a whole, and the key in it with it: a draft has no setter for a relation by such a key, at neither end.
use chakra::prelude::*;

#[derive(Composite)]
struct Place {
    land_id: i64,
}

#[derive(Model)]
struct Land {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = place.land_id)]
    orders: Related<Vec<Order>>,
}

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: i64,
    place: Place,
    #[chakra(relation = ManyToOne, foreign_key = place.land_id)]
    land: Related<Land>,
}

fn main() {
    let _ = Order::draft().id(1).land(connect(Land::id.eq(1)));
    let _ = Land::draft().id(1).orders(create([Order::draft().id(1).place(Place { land_id: 1 })]));
}
