// These fields are filled at every create, so a default would never be seen.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(updated_at, default = now())]
    updated_at: DateTime<Utc>,
    #[chakra(version, default = 1)]
    version: i64,
}

fn main() {}
