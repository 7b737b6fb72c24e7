// Each attribute has one form, and the message shows it.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(collection = users)]
struct User {
    #[chakra(id = true)]
    id: Id<User>,
    #[chakra(name)]
    email: String,
    #[chakra(max_length = "50")]
    code: String,
    #[chakra(min = "0")]
    age: i64,
    #[chakra(path = 1)]
    bio: String,
    #[chakra = "unique"]
    nickname: String,
}

fn main() {}
