// A validator would check something else than the client does: what the server reads otherwise is named, with what to write.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(validator)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(pattern = r"^\d{5}$")]
    zip: String,
    #[chakra(pattern = r"\bword\b")]
    text: Option<String>,
    #[chakra(pattern = "(?i)^abc$")]
    code: String,
    #[chakra(pattern = r"^\p{Lu}")]
    name: String,
    #[chakra(pattern = "^[[:alpha:]]+$")]
    letters: String,
    #[chakra(pattern = "^[a-z&&[^aeiou]]+$")]
    consonants: String,
    #[chakra(pattern = r"^[a-z.\-]{1,20}$")]
    fine: String,
}

#[derive(Model)]
#[chakra(validator, tag = "kind")]
enum Event {
    Login {
        #[chakra(id)]
        id: Id<Event>,
        #[chakra(pattern = r"\w+")]
        user: String,
    },
    Logout {
        #[chakra(id)]
        id: Id<Event>,
        #[chakra(pattern = r"a++")]
        by: String,
        #[chakra(pattern = r"\w+")]
        user: String,
    },
}

// Without a validator any pattern of the crate `regex` will do.
#[derive(Model)]
struct Free {
    #[chakra(id)]
    id: Id<Free>,
    #[chakra(pattern = r"(?i)^\d\p{L}\b$")]
    text: String,
}

fn main() {}
