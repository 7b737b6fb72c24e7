//! An order as a sort document.

use super::matching::nothing;
use crate::{Error, Result, query::SortKey, schema::Schema};
use bson::{Bson, Document, doc};

/// The name that an order by relevance needs and that nothing is stored under.
const RELEVANCE: &str = "__chakra_relevance";

/// The sort document for a read with this rendered filter, or nothing where no order was asked for. Of a path that comes twice the first
/// counts.
///
/// # Errors
/// An order by relevance where the filter has no search, and one by related documents.
pub(crate) fn render_sort(schema: &Schema, keys: &[SortKey], filter: &Document) -> Result<Option<Document>> {
    let mut sort = Document::new();
    for key in keys {
        if let Some((path, value)) = criterion(schema, key, filter)?
            && !sort.contains_key(&path)
        {
            sort.insert(path, value);
        }
    }
    Ok((!sort.is_empty()).then_some(sort))
}

/// One criterion as a field of a sort document; nothing where it has none.
///
/// # Errors
/// As [`render_sort`].
pub(super) fn criterion(schema: &Schema, key: &SortKey, filter: &Document) -> Result<Option<(String, Bson)>> {
    Ok(match key {
        SortKey::Path { path, direction } => Some((path.clone(), Bson::Int32(direction.sign()))),
        SortKey::Relevance if has_search(filter) => Some((RELEVANCE.to_owned(), Bson::from(doc! { "$meta": "textScore" }))),
        // A search that folded away with all else: nothing is found, in whatever order.
        SortKey::Relevance if *filter == nothing() => None,
        SortKey::Relevance => return Err(Error::rule(schema, "", "a search in the filter to be ordered by relevance")),
        SortKey::Related(key) => {
            let rule = "an order by the documents' own fields: only `find_many`, `find_first` and includes order by related documents";
            return Err(Error::rule(schema, key.relation, rule));
        }
    })
}

/// Whether a rendered filter holds a search, which stands at its top or in one of its `$and` and `$or`.
fn has_search(filter: &Document) -> bool {
    filter.iter().any(|(operator, value)| match (operator.as_str(), value) {
        ("$text", _) => true,
        ("$and" | "$or", Bson::Array(parts)) => parts.iter().filter_map(Bson::as_document).any(has_search),
        _ => false,
    })
}
