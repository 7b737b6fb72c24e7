// A model owns what it has, since it outlives the reply; what borrows is a view.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: &'static str,
}

fn main() {}
