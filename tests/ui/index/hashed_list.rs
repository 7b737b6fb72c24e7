// A hashed index has one value of each document: the server refuses to store a list there.
use chakra::prelude::*;

#[derive(Composite)]
struct Line {
    sku: String,
}

#[derive(Model)]
#[chakra(index(tags = hashed))]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    tags: Vec<String>,
    #[chakra(index(kind = hashed))]
    codes: Option<Vec<i64>>,
}

#[derive(Model)]
#[chakra(index(lines.sku = hashed))]
struct Receipt {
    #[chakra(id)]
    id: Id<Receipt>,
    lines: Vec<Line>,
}

fn main() {}
