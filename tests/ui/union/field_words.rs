// The fields of a variant are those of a composite, and the tag stands among them.
use chakra::prelude::*;

#[derive(Composite)]
struct Size {
    width: i32,
}

#[derive(Composite)]
#[chakra(tag = "kind", deny_unknown)]
enum Attachment {
    Photo {
        #[chakra(id)]
        id: i64,
        #[chakra(flatten)]
        size: Size,
        #[chakra(default = now())]
        at: DateTime<Utc>,
    },
    Link {
        #[chakra(unique)]
        url: String,
        #[chakra(extra)]
        rest: chakra::bson::Document,
    },
    #[chakra(other)]
    Unknown,
}

fn main() {}
