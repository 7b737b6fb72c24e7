// What may not be there cannot complete a draft; one that is filled in steps says at run time what it lacks.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    email: String,
}

fn main() {
    let email: Option<String> = None;
    let _ = User::draft().set_if(email, |draft, email| draft.email(email));
}
