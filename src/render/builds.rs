//! The builds of indexes that a server is at, as a filter of its operations.
//!
//! Read by `sync`, which tells how far they are.

use bson::{Document, doc};

/// The builds of indexes on a collection, in `currentOp`.
pub(crate) fn render_builds(database: &str, collection: &str) -> Document {
    doc! { "desc": { "$regex": "^IndexBuildsCoordinator" }, "ns": format!("{database}.{collection}") }
}
