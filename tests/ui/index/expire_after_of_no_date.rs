// The server deletes documents by a date; of any other value it would delete none, and say nothing.
use chakra::{bson::Timestamp, prelude::*};

#[derive(Composite)]
struct Visit {
    by: String,
}

#[derive(Model)]
#[chakra(index(visits.by, expire_after = "1h"))]
struct Session {
    #[chakra(id)]
    id: Id<Session>,
    #[chakra(index(expire_after = "30d"))]
    user: String,
    #[chakra(index(expire_after = "30d"))]
    seconds: Option<i64>,
    #[chakra(index(expire_after = "30d"))]
    stamp: Timestamp,
    #[chakra(as = "timestamp", index(expire_after = "30d"))]
    stored: DateTime<Utc>,
    visits: Vec<Visit>,
}

fn main() {}
