// What is not stored has no stored type.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(skip, as = "long")]
    cached: i32,
    boss_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = boss_id, serde)]
    boss: Related<User>,
}

fn main() {}
