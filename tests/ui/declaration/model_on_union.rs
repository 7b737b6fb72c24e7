// The fields of a union share their memory, so a document cannot hold them all.
use chakra::prelude::*;

#[derive(Model)]
union Bits {
    integer: i64,
    float: f64,
}

fn main() {}
