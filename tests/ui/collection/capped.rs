// A capped collection has a size, and deletes no document by a date.
use chakra::prelude::*;

#[derive(Model)]
#[chakra(capped(max = 10))]
struct Unsized {
    #[chakra(id)]
    id: Id<Unsized>,
}

#[derive(Model)]
#[chakra(capped(size = "64 megabytes", max = 0, least = 3))]
struct Misspelled {
    #[chakra(id)]
    id: Id<Misspelled>,
}

#[derive(Model)]
#[chakra(capped(size = "2048TiB"))]
struct TooLarge {
    #[chakra(id)]
    id: Id<TooLarge>,
}

#[derive(Model)]
#[chakra(capped(size = "1MiB"))]
struct Expiring {
    #[chakra(id)]
    id: Id<Expiring>,
    #[chakra(index(expire_after = "1d"))]
    at: DateTime<Utc>,
}

#[derive(Model)]
#[chakra(capped)]
struct Plain {
    #[chakra(id)]
    id: Id<Plain>,
}

fn main() {}
