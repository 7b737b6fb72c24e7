// A collation is one of the languages that the server has, with settings that it takes together.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(
    index(a, collation(strength = 2)),
    index(b, collation = "de_DE"),
    index(c, collation(locale = "de", strength = 6)),
    index(d, collation(locale = "de", strength = 2, case_first = "upper")),
    index(e, collation(locale = "fr_CA", strength = 1)),
    index(f, collation(locale = "de", strenght = 1, alternate = "other", case_level = 1)),
    text(g, collation = "de")
)]
struct Item {
    #[chakra(id)]
    id: Id<Item>,
    a: String,
    b: String,
    c: String,
    d: String,
    e: String,
    f: String,
    g: String,
}

fn main() {}
