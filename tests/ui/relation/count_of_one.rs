// Of a relation to one there is one or none: it is loaded, not counted.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(relation = OneToOne, foreign_key = user_id)]
    profile: Related<Option<Profile>>,
}

#[derive(Model)]
struct Profile {
    #[chakra(id)]
    id: Id<Profile>,
    #[chakra(unique)]
    user_id: Id<User>,
}

async fn counts(db: Db) -> chakra::Result<()> {
    db.find_many(User::all()).include_count(User::profile).await?;
    Ok(())
}

fn main() {}
