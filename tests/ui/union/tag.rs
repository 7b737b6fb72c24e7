// The name of the variant is stored in a field of its own, whose name the declaration says.
use chakra::prelude::*;

#[derive(Composite)]
enum Attachment {
    Photo { url: String },
    Link { url: String },
}

#[derive(Composite)]
enum Role {
    User,
    Admin,
}

#[derive(Composite)]
#[chakra(tag = "$kind")]
enum Shape {
    Circle { radius: f64 },
}

#[derive(Composite)]
#[chakra(tag = "kind")]
enum Never {}

#[derive(Composite)]
#[chakra(tag = "kind")]
struct Address {
    city: String,
}

fn main() {}
