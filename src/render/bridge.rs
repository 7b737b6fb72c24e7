//! The index that guards a unique key while its own is built anew.
//!
//! Rendered from the declared index; made and dropped by `sync`.

use bson::{Bson, Document, doc};

/// A unique index of the same documents that the server takes for another one: it is hidden, deletes nothing, and has a filter that is true
/// of all documents of the first.
pub(crate) fn render_bridge(index: &Document) -> Document {
    let mut bridge = index.clone();
    bridge.remove("expireAfterSeconds");
    let is_sparse = bridge.remove("sparse").is_some();
    let path = index.get_document("key").ok().and_then(|key| key.keys().next());
    let present = match path {
        Some(path) if is_sparse => doc! { path: { "$exists": true } },
        _ => doc! { "_id": { "$exists": true } },
    };
    let filter = match bridge.remove("partialFilterExpression") {
        Some(Bson::Document(covered)) => doc! { "$and": [covered, present] },
        _ => present,
    };
    bridge.insert("partialFilterExpression", filter);
    bridge.insert("hidden", true);
    bridge
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bridge_has_the_documents_of_its_index() {
        let unique = || doc! { "key": { "at": 1 }, "name": "at_1", "unique": true };
        let with = |mut index: Document, option: &str, value: Bson| {
            index.insert(option, value);
            index
        };
        let bridge = |filter: Document| {
            let index = with(unique(), "partialFilterExpression", filter.into());
            with(index, "hidden", true.into())
        };
        let all = doc! { "_id": { "$exists": true } };
        assert_eq!(render_bridge(&unique()), bridge(all.clone()));
        assert_eq!(render_bridge(&with(unique(), "expireAfterSeconds", 60.into())), bridge(all.clone()));
        let sparse = with(unique(), "sparse", true.into());
        assert_eq!(render_bridge(&sparse), bridge(doc! { "at": { "$exists": true } }));
        let partial = with(unique(), "partialFilterExpression", doc! { "a": 1 }.into());
        assert_eq!(render_bridge(&partial), bridge(doc! { "$and": [{ "a": 1 }, all] }));
    }
}
