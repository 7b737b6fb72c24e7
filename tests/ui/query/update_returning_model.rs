// What an update gives back is `New`, `Old` or `Nothing`, of whatever model it changes.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    logins: i64,
}

async fn updates(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.update(id).inc(User::logins, 1).returning(true).await?;
    Ok(())
}

fn main() {}
