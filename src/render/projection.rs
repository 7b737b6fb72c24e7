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

/// These paths and no others; nothing where one of them is the document itself. Of a path and what lies below it only the first is named: the
/// server refuses both together (error 31249).
pub(crate) fn render_paths(paths: impl Iterator<Item = String>) -> Option<Document> {
    let paths: Vec<String> = paths.collect();
    if paths.iter().any(String::is_empty) {
        return None;
    }
    let is_covered = |path: &str| paths.iter().any(|above| path.strip_prefix(above.as_str()).is_some_and(|rest| rest.starts_with('.')));
    let named = paths.iter().filter(|path| !is_covered(path)).map(|path| (path.clone(), 1.into()));
    let mut projection: Document = named.collect();
    if !projection.keys().any(|path| path == "_id" || path.starts_with("_id.")) {
        projection.insert("_id", 0);
    }
    Some(projection)
}
