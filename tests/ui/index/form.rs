// An index on a model lists fields with `asc` or `desc`; `name` is the accessor of a compound key, `map` the name on the server.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index, unique(), index(email = down), index(name = by_email, email), unique(email, name = by_email))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(index = false)]
    email: String,
    #[chakra(index(direction = up))]
    phone: String,
    #[chakra(unique(map = "x"))]
    nickname: String,
}

fn main() {}
