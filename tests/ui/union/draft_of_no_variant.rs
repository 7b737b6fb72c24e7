// A document is one of the variants from the start: `Event::draft_login()`.
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
    db.create(Event::draft().user("ada")).await?;
    Ok(())
}

fn main() {}
