// Every document of a model has an id, so every variant names its fields, the id among them, and all declare it alike.
use chakra::prelude::*;

#[derive(Composite)]
struct Payment {
    cents: i64,
}

#[derive(Model)]
#[chakra(tag = "kind")]
enum Event {
    Login {
        #[chakra(id)]
        id: Id<Event>,
    },
    Logout {
        user: String,
    },
    Payment(Payment),
    Ping,
}

#[derive(Model)]
#[chakra(tag = "kind")]
enum Job {
    Mail {
        #[chakra(id)]
        id: Id<Job>,
    },
    Report {
        #[chakra(id)]
        id: i64,
    },
}

fn main() {}
