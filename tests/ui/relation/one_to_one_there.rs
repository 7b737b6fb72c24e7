// Nobody may have pointed at this document yet, so a OneToOne whose key is in the other model may be empty.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(relation = OneToOne, foreign_key = user_id)]
    profile: Related<Profile>,
}

#[derive(Model)]
struct Profile {
    #[chakra(id)]
    id: Id<Profile>,
    user_id: Id<User>,
    #[chakra(relation = OneToOne, foreign_key = user_id)]
    user: Related<User>,
}

fn main() {}
