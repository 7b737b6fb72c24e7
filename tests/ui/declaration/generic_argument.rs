// What a generic composite is used with must be something that a document can hold.
use chakra::prelude::*;

struct Foreign;

#[derive(Composite)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Model)]
struct Book {
    #[chakra(id)]
    id: Id<Book>,
    page: Page<Foreign>,
}

fn main() {}
