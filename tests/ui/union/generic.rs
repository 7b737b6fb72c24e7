// The parameters of a struct are supported, those of an enum are not.
use chakra::prelude::*;

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Outcome<T> {
    Value { value: T },
    Nothing,
}

fn main() {}
