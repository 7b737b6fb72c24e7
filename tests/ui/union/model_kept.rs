// A write that knows only the id keeps `updated_at` and `version`, so they are the same fields in every variant; and none has relations.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

#[derive(Model)]
#[chakra(tag = "kind", paths = EventPaths, deny_unknown)]
enum Event {
    Login {
        #[chakra(id)]
        id: Id<Event>,
        #[chakra(version)]
        version: i64,
        #[chakra(updated_at)]
        at: DateTime<Utc>,
        user_id: Id<User>,
        #[chakra(relation = ManyToOne, foreign_key = user_id)]
        user: Related<User>,
    },
    Ping {
        #[chakra(id)]
        id: Id<Event>,
        #[chakra(updated_at)]
        time: DateTime<Utc>,
    },
}

fn main() {}
