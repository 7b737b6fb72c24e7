// Each word of a model has one form.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(paths = User, sync = "no", deny_unknown = true, tag = "kind")]
struct User {
    #[chakra(id)]
    id: Id<User>,
}

#[derive(Composite)]
#[chakra(sync = false, paths = AddressPaths, denyunknown)]
struct Address {
    city: String,
}

fn main() {}
