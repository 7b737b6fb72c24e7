// A write counts a document once, and knows one moment of it: a second field would never be written again.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(version)]
    version: i64,
    #[chakra(version)]
    revision: i64,
    #[chakra(updated_at)]
    updated_at: DateTime<Utc>,
    #[chakra(updated_at)]
    changed_at: DateTime<Utc>,
}

fn main() {}
