// The fields of a flattened composite stand among those of its parent; there is no one value to write.
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

async fn updates(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.update(id).set(User::contact, Contact { email: "ada@example.com".into() }).await?;
    Ok(())
}

fn main() {}
