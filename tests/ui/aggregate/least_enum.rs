// Variants are stored by name, so the least name is not the first variant.
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

async fn least(db: Db) -> chakra::Result<()> {
    db.aggregate(User::all()).select(min(User::role)).await?;
    Ok(())
}

fn main() {}
