// Below a composite a path is a method, beside the operators; `Rope::len` and `path.len()` would hide each other.
use chakra::prelude::*;

#[derive(Composite)]
struct Rope {
    len: i64,
    key: String,
    #[chakra(path = exists)]
    present: bool,
}

fn main() {}
