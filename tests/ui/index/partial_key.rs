// What is unique among some documents is no key by which one of all is looked up.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(unique(first, last, name = by_name, partial = Self::is_open.eq(true)))]
struct Named {
    #[chakra(id)]
    id: Id<Named>,
    first: String,
    last: String,
    is_open: bool,
}

#[derive(Model)]
#[chakra(unique(first, last, partial = Self::is_open.eq(true)))]
struct Member {
    #[chakra(id)]
    id: Id<Member>,
    #[chakra(unique(partial = Self::is_open.eq(true)))]
    email: String,
    first: String,
    last: String,
    is_open: bool,
}

async fn look_up(db: Db) {
    let _ = db.find_unique(Member::email.eq("a@x")).await;
    let _ = db.find_unique(Member::first_last.eq(("a", "b"))).await;
}

fn main() {}
