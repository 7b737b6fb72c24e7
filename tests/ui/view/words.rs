// A view only reads: what speaks of writing, of indexes and of paths belongs to the model.
use chakra::{bson::Document, prelude::*};

#[derive(View)]
#[chakra(collection = "users", paths = CardPaths)]
struct Card<'a> {
    #[chakra(id)]
    id: i64,
    #[chakra(unique, max_length = 3)]
    name: &'a str,
    #[chakra(null)]
    bio: Option<&'a str>,
    #[chakra(flatten)]
    address: Address,
    #[chakra(extra)]
    rest: Document,
    #[chakra(defualt = 0)]
    logins: i64,
}

#[derive(Composite)]
struct Address {
    city: String,
}

fn main() {}
