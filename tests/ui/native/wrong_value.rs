// A field keeps its Rust type, whatever it is stored as, and takes values of that type.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(as = "object_id")]
    owner: String,
    #[chakra(as = "long")]
    logins: i32,
}

async fn updates(db: Db, id: Id<User>) -> chakra::Result<()> {
    db.update(id).set(User::logins, "three").await?;
    Ok(())
}

fn main() {
    let _ = User::owner.eq(7);
    let _ = User::draft().owner(7);
}
