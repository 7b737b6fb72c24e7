// What stands in a list or an `Option` must be storable too, and a foreign type is so by a feature or by `#[chakra(serde)]`.
use chakra::prelude::*;
use std::time::Instant;

enum Role {
    User,
}

#[derive(Composite)]
struct Visit {
    at: Option<Instant>,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    roles: Vec<Role>,
}

fn main() {}
