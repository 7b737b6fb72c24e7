// A composite is a part of a document: it has no id, no relations, no indexes and no clock of its own.
use chakra::prelude::*;

#[derive(Composite)]
#[chakra(index(city))]
struct Address {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    city: String,
    #[chakra(updated_at)]
    changed_at: DateTime<Utc>,
    #[chakra(version)]
    version: i64,
    #[chakra(auto_increment)]
    number: i64,
    #[chakra(relation = ManyToOne, foreign_key = city, inverse_of = addresses)]
    country: Related<Country>,
}

#[derive(Model)]
struct Country {
    #[chakra(id)]
    id: Id<Country>,
}

fn main() {}
