// What is stored of a variant is the declaration's business; a filter takes the variant.
use chakra::prelude::*;

#[derive(Clone, Copy, Enum)]
#[chakra(rename_all = "lowercase")]
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
    let _ = User::role.eq("admin");
    let _ = User::draft().role("admin");
}
