// Every model has the functions `draft()` and `all()`, and one constant per name.
use chakra::prelude::*;

#[derive(Model)]
struct Letter {
    #[chakra(id)]
    id: Id<Letter>,
    draft: bool,
    all: bool,
    #[chakra(path = text)]
    body: String,
    text: String,
}

fn main() {}
