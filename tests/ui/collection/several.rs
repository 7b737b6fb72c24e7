// A collection is kept in one way; a composite has none.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(capped(size = 4096), clustered)]
struct Log {
    #[chakra(id)]
    id: Id<Log>,
}

#[derive(Model)]
#[chakra(clustered(id))]
struct Listed {
    #[chakra(id)]
    id: Id<Listed>,
}

#[derive(Composite)]
#[chakra(clustered)]
struct Part {
    name: String,
}

fn main() {}
