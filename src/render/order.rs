//! [`RenderedOrder`]: an order in which related documents may have a part.
//!
//! What stands on the other side of a relation is looked up for each document, by the index of its key, and put into a field beside it that
//! is sorted by and taken out again. Such an order ends with the id, so that it is always the same.

use super::{firsts::order_of_firsts, include::COUNT, matched::render_join, related::relation_of, sort::criterion};
use crate::{
    Result,
    query::{RelatedKey, RelatedValue, SortKey},
    schema::Schema,
};
use bson::{Bson, Document, doc};

/// What the fields are called that hold what is sorted by; gone again before documents are sent.
const SORTED_BY: &str = "__chakra_s";

/// The field of what was looked up that holds the value.
const VALUE: &str = "v";

/// A rendered order.
#[derive(Debug)]
pub(crate) struct RenderedOrder {
    /// What comes in front of the sort; nothing where no related documents are asked for.
    pub(crate) lookups: Vec<Document>,
    pub(crate) sort: Option<Document>,
    /// The fields that are to be taken out behind it.
    pub(crate) fields: Vec<String>,
}

impl RenderedOrder {
    /// An order by the documents' own fields.
    pub(crate) fn plain(sort: Option<Document>) -> Self {
        Self { lookups: Vec::new(), sort, fields: Vec::new() }
    }
}

/// The order by these criteria, for a read whose first match is `filter`. Of a criterion that comes twice the first counts.
///
/// # Errors
/// An order by relevance where the filter has no search, and a filter of related documents that cannot be rendered.
pub(crate) fn render_order(schema: &Schema, keys: &[SortKey], filter: &Document) -> Result<RenderedOrder> {
    let (mut lookups, mut fields, mut set) = (Vec::new(), Vec::new(), Document::new());
    let sort = order(schema, keys, filter, |key| {
        let field = format!("{SORTED_BY}{}", fields.len());
        lookups.extend(render_key(key, &field)?);
        set.insert(field.as_str(), value(key, &field));
        fields.push(field.clone());
        Ok(field)
    })?;
    if !set.is_empty() {
        lookups.push(doc! { "$set": set });
    }
    Ok(RenderedOrder { lookups, sort, fields })
}

/// The same as who asks the declared indexes sees it: no index holds what stands on the other side.
///
/// # Errors
/// As [`render_order`].
pub(crate) fn render_order_asked(schema: &Schema, keys: &[SortKey], filter: &Document) -> Result<Option<Document>> {
    order(schema, keys, filter, |key| Ok(key.name()))
}

fn order(
    schema: &Schema,
    keys: &[SortKey],
    filter: &Document,
    mut field: impl FnMut(&RelatedKey) -> Result<String>,
) -> Result<Option<Document>> {
    let mut sort = Document::new();
    for key in keys {
        let (path, value) = match key {
            SortKey::Related(key) => (field(key)?, Bson::Int32(key.direction.sign())),
            key => match criterion(schema, key, filter)? {
                Some(criterion) => criterion,
                None => continue,
            },
        };
        if !sort.contains_key(&path) {
            sort.insert(path, value);
        }
    }
    let sort = (!sort.is_empty()).then_some(sort);
    Ok(if keys.iter().any(SortKey::is_related) { Some(order_of_firsts(sort)) } else { sort })
}

/// The stages that look up what a document is ordered by.
fn render_key(key: &RelatedKey, field: &str) -> Result<Vec<Document>> {
    let tail = match &key.value {
        RelatedValue::Count => vec![doc! { "$count": COUNT }],
        RelatedValue::Path(path) => vec![doc! { "$limit": 1 }, doc! { "$project": { "_id": 0, VALUE: format!("${path}") } }],
    };
    render_join(key.owner, relation_of(key.owner, key.relation)?, &key.filter, tail, field)
}

/// What was looked up, as one value.
fn value(key: &RelatedKey, field: &str) -> Document {
    let (name, nothing) = match key.value {
        RelatedValue::Count => (COUNT, Bson::Int32(0)),
        RelatedValue::Path(_) => (VALUE, Bson::Null),
    };
    doc! { "$ifNull": [{ "$first": format!("${field}.{name}") }, nothing] }
}
