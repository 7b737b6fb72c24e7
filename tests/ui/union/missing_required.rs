// Each variant of a model has a draft of its own, which asks for the fields of that variant.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(tag = "kind")]
enum Event {
    Login {
        #[chakra(id)]
        id: Id<Event>,
        user: String,
    },
    Ping {
        #[chakra(id)]
        id: Id<Event>,
    },
}

async fn creates(db: Db) -> chakra::Result<()> {
    db.create(Event::draft_ping()).await?;
    db.create(Event::draft_login()).await?;
    Ok(())
}

fn main() {}
