// The server keeps measurements in bundles, of which it keeps nothing unique and indexes less.
use chakra::prelude::*;
use std::collections::HashMap;

#[derive(Model)]
#[chakra(
    timeseries(time = at, meta = sensor),
    unique(number),
    index(at, expire_after = "1d"),
    index(number = hashed),
    index(values = wildcard),
    index(note, sparse),
    text(note),
    wildcard
)]
struct Reading {
    #[chakra(id)]
    id: Id<Reading>,
    at: DateTime<Utc>,
    sensor: String,
    number: i64,
    note: Option<String>,
    values: HashMap<String, f64>,
}

fn main() {}
