// The server deletes by one date, in an index in order, and by none in that of the id.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(index(user, at, expire_after = "1h"), index(at = hashed, expire_after = "1h"), text(user, expire_after = "1h"))]
struct Session {
    #[chakra(id, index(expire_after = "1h"))]
    id: DateTime<Utc>,
    at: DateTime<Utc>,
    user: String,
}

fn main() {}
