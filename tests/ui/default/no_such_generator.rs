// Versions and lengths that do not exist, with those that do.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(default = uuid(5))]
    a: String,
    #[chakra(default = cuid(1))]
    b: String,
    #[chakra(default = "cuid(3)")]
    c: String,
    #[chakra(default = nanoid(1))]
    d: String,
    #[chakra(default = nanoid(256))]
    e: String,
    #[chakra(default = now("UTC"))]
    f: DateTime<Utc>,
}

fn main() {}
