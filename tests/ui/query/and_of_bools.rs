// `&&` is Rust's own and takes `bool`s; filters are combined by `&`.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    age: i32,
}

async fn read(db: Db) -> chakra::Result<Vec<User>> {
    db.find_many(User::age.gt(18) && User::age.lt(65)).await
}

fn main() {}
