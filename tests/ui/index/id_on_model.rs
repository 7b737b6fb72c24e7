// The server keeps an index of the id by itself; another one by the same keys would never be made.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(unique(id), index(id = desc))]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
}

fn main() {}
