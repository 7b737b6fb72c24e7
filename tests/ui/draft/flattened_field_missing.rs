// A flattened composite is one field of the struct, and is given as one.
use chakra::prelude::*;

#[derive(Composite)]
struct Contact {
    email: String,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(flatten)]
    contact: Contact,
}

async fn creates(db: Db) -> chakra::Result<()> {
    db.create(User::draft()).await?;
    Ok(())
}

fn main() {
    let _ = User::draft().email("ada@example.com");
}
