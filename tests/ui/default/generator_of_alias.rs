// Behind an alias the macro cannot see that the generator makes a value which the model could not read; the type itself can.
use chakra::prelude::*;

type Count = i32;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(default = nanoid())]
    count: Count,
}

fn main() {}
