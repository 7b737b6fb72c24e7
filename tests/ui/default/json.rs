// The text is parsed when the declaration is compiled, and not when the first document is created.
use chakra::prelude::*;

#[derive(Model)]
struct Plugin {
    #[chakra(id)]
    id: Id<Plugin>,
    #[chakra(default = "{ on: true }")]
    config: serde_json::Value,
    #[chakra(default = "text")]
    label: Option<serde_json::Value>,
}

fn main() {}
