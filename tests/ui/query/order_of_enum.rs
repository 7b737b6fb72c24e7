// An enum is stored by name, and the order of the names is not that of the variants.
use chakra::prelude::*;

#[derive(Clone, Copy, Enum)]
enum Role {
    User,
    Admin,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    role: Role,
}

fn main() {
    let _ = User::role.lt(Role::Admin);
}
