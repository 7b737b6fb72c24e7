// An index on a model lists fields and how it keeps them; `name` is the accessor of a compound key, `map` the name on the server.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index, unique(), index(email = down), index(name = by_email, email), unique(email, name = by_email))]
#[chakra(index(phone, sparse = 1), index(nickname = desc, map = 3), index(nickname, weights(nickname = 3)))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(index = false)]
    email: String,
    #[chakra(index(direction = up))]
    phone: String,
    #[chakra(unique(nmae = "x", kind = hash))]
    nickname: String,
}

fn main() {}
