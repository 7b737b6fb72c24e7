//! The documents that the server deletes at once when a time to live is set, as a filter.
//!
//! Read by `sync`, which counts them before it sets one on documents that are there.

use super::index::render_index;
use crate::schema::{IndexSchema, TimeSeries};
use bson::{DateTime, Document, doc};

/// Those that an index with this time to live deletes: of a list the earliest date counts, and what is no date does not.
pub(crate) fn render_expired(index: &IndexSchema, seconds: i32, now: DateTime) -> Document {
    let expired = match index.keys.first() {
        Some(key) => doc! { &key.path: { "$lte": before(seconds, now) } },
        None => Document::new(),
    };
    match render_index(index).get_document("partialFilterExpression") {
        Ok(covered) => doc! { "$and": [covered.clone(), expired] },
        Err(_) => expired,
    }
}

/// The measurements that a time series with this time to live deletes: a bundle of them goes as a whole, so that some go later.
pub(crate) fn render_expired_measurements(series: &TimeSeries, seconds: i32, now: DateTime) -> Document {
    doc! { series.time: { "$lte": before(seconds, now) } }
}

fn before(seconds: i32, now: DateTime) -> DateTime {
    DateTime::from_millis(now.timestamp_millis().saturating_sub(i64::from(seconds) * 1_000))
}
