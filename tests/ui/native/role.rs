// The library writes these fields itself, as types that it can count and compare.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id, auto_increment, as = "double")]
    id: i64,
    #[chakra(updated_at, serde)]
    updated_at: DateTime<Utc>,
    #[chakra(version, as = "decimal")]
    version: i64,
}

fn main() {}
