// A value of another type would be stored, and the document could not be read again.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    age: i32,
}

fn main() {
    let _ = User::draft().age("18");
}
