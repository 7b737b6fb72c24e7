// A time series goes by a date that every document has, and by a source that is neither that nor the id.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(timeseries(meta = sensor))]
struct Timeless {
    #[chakra(id)]
    id: Id<Timeless>,
    sensor: String,
}

#[derive(Model)]
#[chakra(timeseries(time = at, meta = at, granularity = "days", expire_after = "soon"))]
struct Optional {
    #[chakra(id)]
    id: Id<Optional>,
    at: Option<DateTime<Utc>>,
}

#[derive(Model)]
#[chakra(timeseries(time = seconds, meta = id))]
struct Numbered {
    #[chakra(id)]
    id: Id<Numbered>,
    seconds: i64,
}

#[derive(Model)]
#[chakra(timeseries(time = att, source = id))]
struct Misspelled {
    #[chakra(id)]
    id: Id<Misspelled>,
    at: DateTime<Utc>,
}

fn main() {}
