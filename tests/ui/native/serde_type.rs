// What is stored by serde is something that serde knows.
use chakra::prelude::*;

struct Foreign;

#[derive(Composite)]
struct Part {
    #[chakra(serde)]
    foreign: Foreign,
}

fn main() {}
