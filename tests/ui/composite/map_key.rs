// The keys of a document are text; a number has more than one.
use chakra::prelude::*;
use std::collections::HashMap;

#[derive(Model)]
struct Log {
    #[chakra(id)]
    id: Id<Log>,
    counts: HashMap<i32, String>,
}

fn main() {}
