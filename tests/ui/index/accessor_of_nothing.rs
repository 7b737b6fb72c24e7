// An accessor looks up one document by one value for each of a few paths.
use chakra::prelude::*;

#[derive(Composite)]
struct Line {
    sku: String,
}

#[derive(Model)]
#[chakra(unique(email, name = by_email), unique(lines.sku, name = by_line), unique(a, b, c, d, e, name = by_all))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
    lines: Vec<Line>,
    a: i32,
    b: i32,
    c: i32,
    d: i32,
    e: i32,
}

fn main() {}
