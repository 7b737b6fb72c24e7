// Variants are stored by name, and the order of the names is not that of the variants.
use chakra::prelude::*;

#[derive(Clone, Copy, Enum)]
enum State {
    Open,
    Done,
}

#[derive(Model)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    state: State,
}

async fn updates(db: Db, id: Id<Item>) -> chakra::Result<()> {
    db.update(id).min(Item::state, State::Open).await?;
    Ok(())
}

fn main() {}
