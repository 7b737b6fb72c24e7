// A read of one document gives the first one as it is: there are no others that it could be alike to.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    city: String,
}

async fn first(db: Db) -> chakra::Result<()> {
    db.find_first(User::all()).distinct_by(User::city).await?;
    Ok(())
}

fn main() {}
