// The server gives up on long texts where a group is repeated, and takes some classes for names: it would refuse what the client accepts.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(validator)]
struct Page {
    #[chakra(id)]
    id: Id<Page>,
    #[chakra(pattern = "^[a-z]+(?:-[a-z]+)*$")]
    slug: String,
    #[chakra(max_length = 501, pattern = "^(?:[a-z]|-)+$")]
    long: String,
    #[chakra(max_length = 30, pattern = "^(?:a?){30}a{30}$")]
    lost: String,
    #[chakra(max_length = 30, pattern = "^((((((a))))))+$")]
    deep: String,
    #[chakra(pattern = "^[:a:]$")]
    signs: String,
    #[chakra(max_length = 500, pattern = "^[a-z]+(?:-[a-z]+)*$")]
    fine: Option<String>,
    #[chakra(pattern = r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$")]
    address: String,
}

// Without a validator no server has a say.
#[derive(Model)]
struct Free {
    #[chakra(id)]
    id: Id<Free>,
    #[chakra(pattern = "^(?:[a-z]|-)+[:a:]$")]
    text: String,
}

fn main() {}
