// An index goes over fields that every variant has, or through a variant.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(tag = "kind", index(user), index(login), index(login.usr), index(login.id), index(logn.user), unique(login.user, id, name = key))]
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

fn main() {}
