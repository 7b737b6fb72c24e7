// What has no fields cannot spread them.
use chakra::prelude::*;

#[derive(Enum)]
enum Role {
    Admin,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(flatten)]
    role: Role,
}

fn main() {}
