//! A count as the pipeline by which the driver counts documents, for the question how the server would do it.

use bson::{Document, doc};

/// The stages that count the documents of `filter`.
pub(crate) fn render_count(filter: Document) -> Vec<Document> {
    vec![doc! { "$match": filter }, doc! { "$group": { "_id": 1, "n": { "$sum": 1 } } }]
}
