// Each item of a list would be a key of its own, and the list could not be looked up by it.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(unique(name, emails))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    name: String,
    emails: Vec<String>,
    #[chakra(unique)]
    tags: Option<Vec<String>>,
}

fn main() {}
