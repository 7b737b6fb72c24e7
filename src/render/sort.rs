//! An order as a sort document.

use crate::query::SortKey;
use bson::Document;

/// The sort document, or nothing where no order was asked for. Of a path that comes twice the first counts.
pub(crate) fn render_sort(keys: &[SortKey]) -> Option<Document> {
    let mut sort = Document::new();
    for key in keys {
        if !sort.contains_key(&*key.path) {
            sort.insert(key.path.clone(), key.direction.sign());
        }
    }
    (!sort.is_empty()).then_some(sort)
}
