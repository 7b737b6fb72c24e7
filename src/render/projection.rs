//! Which fields a read asks for.

use bson::Document;

/// These fields and no others; the server sends the `_id` unless told not to.
pub(crate) fn render_projection(fields: &[&str]) -> Document {
    let mut projection: Document = fields.iter().map(|field| ((*field).to_owned(), 1.into())).collect();
    if !projection.contains_key("_id") {
        projection.insert("_id", 0);
    }
    projection
}
