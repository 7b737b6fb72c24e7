//! In what a collection on the server is kept otherwise than it is declared.
//!
//! Read by `plan`. What is compared is what a collection is created as: a validator is compared in
//! `validator`, and the collation of a whole collection is nobody's difference.

use super::{
    compare::{number, same_value},
    plan::Existing,
    step::SyncDifference,
};
use crate::{render::render_storage, schema::CollectionKind};
use bson::{Bson, Document};

/// When the measurements of a time series are deleted.
pub(super) const EXPIRY: &str = "expireAfterSeconds";

/// What makes a collection another.
const OPTIONS: &[&str] = &["capped", "size", "max", "clusteredIndex", "timeseries", EXPIRY];

/// All differences. That of the time to live alone can be changed in place.
pub(super) fn storage_differences(storage: &CollectionKind, existing: &Existing) -> Vec<SyncDifference> {
    let (declared, found) = (render_storage(storage), &existing.options);
    let mut differences = Vec::new();
    for option in OPTIONS.iter().copied() {
        let (expected, found) = (effective(&declared, option), effective(found, option));
        if !same(option, expected.as_ref(), found.as_ref()) {
            differences.push(SyncDifference { option, expected, found });
        }
    }
    differences
}

/// The value of an option, where it says something.
fn effective(options: &Document, option: &str) -> Option<Bson> {
    match options.get(option)? {
        Bson::Boolean(false) | Bson::Null => None,
        // The size says nothing of a collection that is not capped, and as many documents as can be counted are any number.
        _ if matches!(option, "size" | "max") && !options.get_bool("capped").unwrap_or(false) => None,
        max if option == "max" && number(max).is_none_or(|max| max <= 0.0 || max >= f64::from(i32::MAX)) => None,
        value => Some(value.clone()),
    }
}

fn same(option: &str, expected: Option<&Bson>, found: Option<&Bson>) -> bool {
    match (expected, found) {
        (None, None) => true,
        // The server adds a name and a version, and takes one form of it alone.
        (Some(_), Some(_)) if option == "clusteredIndex" => true,
        // It adds how long a bundle may be, which follows from how close measurements lie.
        (Some(Bson::Document(expected)), Some(Bson::Document(found))) if option == "timeseries" => {
            ["timeField", "metaField", "granularity"].iter().all(|part| expected.get(part) == found.get(part))
        }
        (Some(expected), Some(found)) => same_value(expected, found),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Granularity, TimeSeries};
    use bson::doc;

    fn named(storage: CollectionKind, options: Document) -> Vec<&'static str> {
        let existing = Existing { options, ..Existing::default() };
        storage_differences(&storage, &existing).iter().map(|difference| difference.option).collect()
    }

    #[test]
    fn a_collection_is_what_it_was_created_as() {
        let none: [&str; 0] = [];
        let capped = CollectionKind::Capped { size: 1_000, max: Some(10) };
        let series = CollectionKind::TimeSeries(TimeSeries {
            time: "at",
            meta: Some("m"),
            granularity: Granularity::Seconds,
            expire_after: Some(60),
            allows_orphans: false,
        });
        let listed_series = |meta: &str, granularity: &str| {
            doc! {
                "expireAfterSeconds": 60_i64,
                "timeseries": { "timeField": "at", "metaField": meta, "granularity": granularity, "bucketMaxSpanSeconds": 3_600 },
            }
        };
        let clustered = || doc! { "clusteredIndex": { "v": 2, "key": { "_id": 1 }, "name": "_id_", "unique": true } };
        for (storage, options) in [
            (CollectionKind::Plain, doc! {}),
            (CollectionKind::Plain, doc! { "collation": { "locale": "de" }, "validator": {} }),
            (capped, doc! { "capped": true, "size": 1_024, "max": 10 }),
            (CollectionKind::Capped { size: 1, max: None }, doc! { "capped": true, "size": 256_i64, "max": i32::MAX }),
            (CollectionKind::Clustered, clustered()),
            (series, listed_series("m", "seconds")),
        ] {
            assert_eq!(named(storage, options), none, "{storage:?}");
        }
        assert_eq!(named(CollectionKind::Plain, doc! { "capped": true, "size": 4_096 }), ["capped", "size"]);
        assert_eq!(named(capped, doc! {}), ["capped", "size", "max"]);
        assert_eq!(named(capped, doc! { "capped": true, "size": 2_048 }), ["size", "max"]);
        assert_eq!(named(CollectionKind::Clustered, doc! {}), ["clusteredIndex"]);
        assert_eq!(named(series, doc! {}), ["timeseries", EXPIRY]);
        assert_eq!(named(series, listed_series("n", "seconds")), ["timeseries"]);
        assert_eq!(named(series, listed_series("m", "hours")), ["timeseries"]);
    }
}
