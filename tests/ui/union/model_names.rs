// The paths of common fields stand beside `all()` and two functions for each variant.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(tag = "kind")]
enum Event {
    All {
        #[chakra(id)]
        id: Id<Event>,
        login: String,
    },
    Login {
        #[chakra(id)]
        id: Id<Event>,
        login: String,
    },
    #[chakra(path = ping)]
    Check {
        #[chakra(id)]
        id: Id<Event>,
        login: String,
    },
    Ping {
        #[chakra(id)]
        id: Id<Event>,
        login: String,
    },
}

fn main() {}
