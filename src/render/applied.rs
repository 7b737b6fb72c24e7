//! The commands on what `sync` keeps of itself, in `_chakra_schema`. Pure; sent by `sync/generation.rs` and `sync/claim.rs`.
//!
//! Of each collection it is `{_id: <collection>, format: 1, generation: <the highest that has synced it>, applied: [<a step>, …], at: <when>}`,
//! and while a sync changes the collection also `by: <its claim>`.

use bson::{Bson, DateTime, Document, doc, oid::ObjectId};

/// Which form these documents have. A later one is not read as this one.
pub(crate) const FORMAT: i32 = 1;

/// What is kept of these collections.
pub(crate) fn of_collections(names: &[&str]) -> Document {
    let names: Vec<Bson> = names.iter().map(|name| Bson::from(*name)).collect();
    doc! { "_id": { "$in": names } }
}

/// That of a collection which no sync is changing and no higher generation has. An upsert makes it where nothing is kept.
pub(crate) fn free(collection: &str, generation: u32) -> Document {
    doc! { "_id": collection, "format": FORMAT, "generation": { "$lte": i64::from(generation) }, "by": Bson::Null }
}

/// That of a collection under this claim.
pub(crate) fn claimed(collection: &str, by: ObjectId) -> Document {
    doc! { "_id": collection, "by": by }
}

/// The same, if it was not renewed since that moment. Who waits measures how long that is: clocks of two servers are not compared.
pub(crate) fn abandoned(collection: &str, by: ObjectId, at: Option<DateTime>) -> Document {
    doc! { "_id": collection, "by": by, "at": at.map_or(Bson::Null, Bson::DateTime) }
}

/// Claims a collection for a generation.
pub(crate) fn claim(generation: u32, by: ObjectId) -> Document {
    doc! {
        "$set": { "generation": i64::from(generation), "by": by },
        "$setOnInsert": { "applied": [] },
        "$currentDate": { "at": true },
    }
}

/// Says that the sync which has the claim is still at work.
pub(crate) fn renew() -> Document {
    doc! { "$currentDate": { "at": true } }
}

/// Takes over a claim whose sync is gone. The generation is that of the one that takes it, or the one that is kept, whichever is higher.
pub(crate) fn take_over(generation: u32, by: ObjectId) -> Document {
    doc! { "$set": { "by": by }, "$max": { "generation": i64::from(generation) }, "$currentDate": { "at": true } }
}

/// Gives a claim up, with what was done under it.
pub(crate) fn release(applied: Vec<String>) -> Document {
    if applied.is_empty() {
        return doc! { "$unset": { "by": "" } };
    }
    doc! { "$unset": { "by": "" }, "$set": { "applied": applied }, "$currentDate": { "at": true } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_is_an_int64_of_any_size() {
        let by = ObjectId::from_bytes([7; 12]);
        let free = free("users", u32::MAX);
        assert_eq!(free, doc! { "_id": "users", "format": 1, "generation": { "$lte": 4_294_967_295_i64 }, "by": Bson::Null });
        assert_eq!(*claim(3, by).get_document("$set").unwrap(), doc! { "generation": 3_i64, "by": by });
    }

    #[test]
    fn what_was_applied_before_is_kept_where_nothing_is_applied() {
        assert_eq!(release(Vec::new()), doc! { "$unset": { "by": "" } });
        assert_eq!(*release(vec!["x".to_owned()]).get_document("$set").unwrap(), doc! { "applied": ["x"] });
    }
}
