// How many fields there are would depend on the parameter.
use chakra::prelude::*;

#[derive(Composite)]
struct Audit {
    created_by: String,
}

#[derive(Composite)]
struct Page<T> {
    items: Vec<T>,
    #[chakra(flatten)]
    audit: Audit,
}

fn main() {}
