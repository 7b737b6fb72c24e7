//! The documents that a new unique index would refuse, as an aggregation.
//!
//! Rendered from a declared index; read by `sync`, which names the documents before it asks the server for the index, and counts them for a plan.

use super::{index::render_index, number::as_long};
use crate::schema::{IndexKey, IndexSchema};
use bson::{Bson, Document, doc};

/// How many groups of documents are looked for.
pub(crate) const DUPLICATE_GROUPS: usize = 10;
/// How many documents of each group are named.
const NAMED: i32 = 3;

/// Gives one document for each group of documents that have the same values at the index's paths, the largest groups first:
/// `{_id: {v0: value, …}, ids: [some of their ids], count: how many}`. One scan of the collection.
///
/// It never names documents that the index would take. No path of a unique index leads through a list.
pub(crate) fn render_duplicates(index: &IndexSchema) -> Vec<Document> {
    let mut pipeline = covered(index);
    let ids = doc! { "$minN": { "input": "$_id", "n": NAMED } };
    pipeline.push(doc! { "$group": { "_id": values(index), "ids": ids, "count": { "$sum": 1_i64 } } });
    pipeline.push(doc! { "$match": { "count": { "$gt": 1 } } });
    pipeline.push(doc! { "$sort": { "count": -1, "_id": 1 } });
    pipeline.push(doc! { "$limit": as_long(DUPLICATE_GROUPS) });
    pipeline
}

/// Gives one document, `{count: how many documents have the same values as another}`, or none where there are none. One scan of the collection.
pub(crate) fn render_duplicate_count(index: &IndexSchema) -> Vec<Document> {
    let mut pipeline = covered(index);
    pipeline.push(doc! { "$group": { "_id": values(index), "count": { "$sum": 1_i64 } } });
    pipeline.push(doc! { "$match": { "count": { "$gt": 1 } } });
    pipeline.push(doc! { "$group": { "_id": Bson::Null, "count": { "$sum": "$count" } } });
    pipeline
}

/// Leaves the documents that are in the index.
fn covered(index: &IndexSchema) -> Vec<Document> {
    let mut pipeline = Vec::new();
    if let Ok(covered) = render_index(index).get_document("partialFilterExpression") {
        pipeline.push(doc! { "$match": covered.clone() });
    }
    if index.options.sparse {
        let present: Vec<Document> = index.keys.iter().map(|key| doc! { &key.path: { "$exists": true } }).collect();
        pipeline.push(doc! { "$match": { "$or": present } });
    }
    pipeline
}

/// What the index has of a document. It takes a missing value for null.
fn values(index: &IndexSchema) -> Document {
    let value = |at: usize, key: &IndexKey| {
        let path = format!("${}", key.path);
        (format!("v{at}"), Bson::from(doc! { "$ifNull": [path, Bson::Null] }))
    };
    index.keys.iter().enumerate().map(|(at, key)| value(at, key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Absent, Direction, KeyForm, Kind};

    fn key(path: &str, kind: Kind, absent: Absent) -> IndexKey {
        IndexKey { path: path.to_owned(), form: KeyForm::Ordered(Direction::Ascending), kind, absent, only: Vec::new() }
    }

    fn ending(values: Document) -> Vec<Document> {
        vec![
            doc! { "$group": { "_id": values, "ids": { "$minN": { "input": "$_id", "n": 3 } }, "count": { "$sum": 1_i64 } } },
            doc! { "$match": { "count": { "$gt": 1 } } },
            doc! { "$sort": { "count": -1, "_id": 1 } },
            doc! { "$limit": 10_i64 },
        ]
    }

    #[test]
    fn only_what_the_index_covers_is_compared() {
        let index = IndexSchema::unique([key("name", Kind::String, Absent::Never), key("home.town", Kind::String, Absent::Null)]);
        let mut expected = vec![doc! { "$match": { "home.town": { "$gte": "" } } }];
        let values = doc! { "v0": { "$ifNull": ["$name", Bson::Null] }, "v1": { "$ifNull": ["$home.town", Bson::Null] } };
        let mut counted = expected.clone();
        counted.extend([
            doc! { "$group": { "_id": values.clone(), "count": { "$sum": 1_i64 } } },
            doc! { "$match": { "count": { "$gt": 1 } } },
            doc! { "$group": { "_id": Bson::Null, "count": { "$sum": "$count" } } },
        ]);
        assert_eq!(render_duplicate_count(&index), counted);
        expected.extend(ending(values));
        assert_eq!(render_duplicates(&index), expected);
    }

    #[test]
    fn a_sparse_index_has_what_is_there() {
        let index = IndexSchema::unique([key("name", Kind::String, Absent::Null), key("n", Kind::Bool, Absent::Never)]).sparse();
        let mut expected = vec![doc! { "$match": { "$or": [{ "name": { "$exists": true } }, { "n": { "$exists": true } }] } }];
        expected.extend(ending(doc! { "v0": { "$ifNull": ["$name", Bson::Null] }, "v1": { "$ifNull": ["$n", Bson::Null] } }));
        assert_eq!(render_duplicates(&index), expected);
    }
}
