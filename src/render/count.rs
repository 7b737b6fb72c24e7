//! A count as the pipeline by which the driver counts documents: for the question how the server would do it, and where more than a match is
//! in front of it.

use super::{include::COUNT, matched::Matched};
use bson::{Document, doc};

/// The stages that count the documents that match; the number is in [`COUNT`], and of none there is no row.
pub(crate) fn render_count(matched: Matched) -> Vec<Document> {
    let mut stages = if matched.is_plain() { vec![doc! { "$match": matched.first }] } else { matched.into_stages() };
    stages.push(doc! { "$group": { "_id": 1, COUNT: { "$sum": 1 } } });
    stages
}
