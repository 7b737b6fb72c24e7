// Only `build` says whether all that is required is there.
use chakra::{Draft, prelude::*};

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

async fn creates(db: Db) -> chakra::Result<()> {
    db.create(Draft::<User>::steps().set(User::email, "ada@example.com")).await?;
    Ok(())
}

fn main() {}
