// The server refuses these names, or keeps them for itself.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(collection = "")]
struct Empty {
    #[chakra(id)]
    id: Id<Empty>,
}

#[derive(Model)]
#[chakra(collection = "us$ers")]
struct Dollar {
    #[chakra(id)]
    id: Id<Dollar>,
}

#[derive(Model)]
#[chakra(table = "system.users")]
struct System {
    #[chakra(id)]
    id: Id<System>,
}

fn main() {}
