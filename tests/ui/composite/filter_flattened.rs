// A flattened composite is no value of its own in the store, so it is asked for by its fields.
use chakra::prelude::*;

#[derive(Composite)]
struct Contact {
    email: String,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(flatten)]
    contact: Contact,
}

fn main() {
    let _ = User::contact.is(Contact::email.eq("ada@example.com"));
    let _ = User::contact.asc();
}
