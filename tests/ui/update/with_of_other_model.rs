// An update of books says nothing about items.
use chakra::{prelude::*, query::Update};

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

fn read() -> Update<Book> {
    Update::new().inc(Book::pages, 1)
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).with(read()).await?;
    Ok(())
}

fn main() {}
