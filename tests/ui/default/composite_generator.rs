// A composite is written as one value, so nothing fills its fields at create.
use chakra::prelude::*;

#[derive(Composite)]
struct Stamp {
    #[chakra(default = now())]
    at: DateTime<Utc>,
    #[chakra(default = 1 + 1)]
    copies: i64,
}

fn main() {}
