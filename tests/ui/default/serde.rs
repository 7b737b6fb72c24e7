// A generator makes a plain value, and only the type knows what serde makes of it.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(serde, default = now())]
    created_at: DateTime<Utc>,
}

fn main() {}
