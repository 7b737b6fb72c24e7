// A default is a value of its field in a composite too, and the message stands at the value.
use chakra::prelude::*;

#[derive(Composite)]
struct Address {
    city: String,
    #[chakra(default = "first")]
    floor: i32,
}

fn main() {}
