// A view borrows from the replies of a read of many.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

#[derive(View)]
struct Card<'a> {
    email: &'a str,
}

async fn reads(db: Db) -> chakra::Result<()> {
    db.find_first(User::all()).view::<Card>().await?;
    Ok(())
}

fn main() {}
