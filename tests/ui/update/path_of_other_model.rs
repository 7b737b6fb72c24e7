// An operator takes a path of the model that is updated.
use chakra::prelude::*;

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    stock: i32,
}

#[derive(Model)]
struct Book {
    #[chakra(id)]
    id: Id<Book>,
    pages: i32,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).inc(Book::pages, 1).await?;
    Ok(())
}

fn main() {}
