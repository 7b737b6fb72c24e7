// A patch holds a value of its field.
use chakra::{Patch, prelude::*};

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    age: i32,
}

async fn updates(db: Db, id: Id<User>, age: Patch<String>) -> chakra::Result<()> {
    db.update(id).patch(User::age, age).await?;
    Ok(())
}

fn main() {}
