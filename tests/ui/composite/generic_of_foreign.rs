// A generic composite holds what a document can hold.
use chakra::prelude::*;
use std::time::Instant;

#[derive(Composite)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Model)]
struct Log {
    #[chakra(id)]
    id: Id<Log>,
    moments: Page<Instant>,
}

fn main() {}
