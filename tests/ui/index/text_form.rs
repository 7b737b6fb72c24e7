// A text index lists fields of the model, and weights of these; a text index on a field would be the only one.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(text(title, titel, weights(body = 2, title = 0), lang = "de", language = 1))]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
    #[chakra(text)]
    body: String,
}

#[derive(Model)]
#[chakra(text, index(city = text))]
struct Place {
    #[chakra(id)]
    id: Id<Place>,
    city: String,
}

#[derive(Composite)]
#[chakra(text(city))]
struct Address {
    city: String,
}

fn main() {}
