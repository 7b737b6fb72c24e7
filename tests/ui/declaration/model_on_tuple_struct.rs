// A field of a document has a name, and the fields of a tuple have none.
use chakra::prelude::*;

#[derive(Model)]
struct Pair(i64, String);

#[derive(Model)]
struct Nothing;

fn main() {}
