// A place on the earth is one of GeoJSON; of a list the server keeps what is inside of its documents, and not its items.
use chakra::{Point, prelude::*};

#[derive(Composite)]
struct Stop {
    name: String,
    at: Point,
}

#[derive(Model)]
#[chakra(index(city = "2dsphere"), index(points = "2dsphere"), index(stops.name = "2dsphere"), index(stops.at = "2dsphere"))]
struct Trip {
    #[chakra(id)]
    id: Id<Trip>,
    city: String,
    #[chakra(index(kind = "2dsphere"))]
    degrees: [f64; 2],
    points: Vec<Point>,
    stops: Vec<Stop>,
}

fn main() {}
