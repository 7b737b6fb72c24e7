// A typo in an attribute must not be read as nothing.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(colection = "users", colour = red)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(uniqe)]
    email: String,
    #[chakra(defualt = 0)]
    logins: i64,
}

#[derive(Enum)]
#[chakra(rename_all = "snakecase")]
enum Role {
    #[chakra(nam = "x")]
    User,
}

fn main() {}
