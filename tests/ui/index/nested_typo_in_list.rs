// A path of an index through a list of composites is checked as any other.
use chakra::prelude::*;

#[derive(Composite)]
struct Line {
    sku: String,
}

#[derive(Model)]
#[chakra(index(lines.skuu))]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    lines: Vec<Line>,
}

fn main() {}
