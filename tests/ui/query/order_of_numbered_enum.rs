// The numbers of variants are names like any other; which of two is the greater is not said by the type.
use chakra::prelude::*;

#[derive(Clone, Copy, Enum)]
#[chakra(repr = i32)]
enum Level {
    Low = 1,
    High = 2,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    level: Level,
}

fn main() {
    let _ = User::level.gte(Level::High);
}
