//! The documents that a new unique index would refuse, as an aggregation.
//!
//! Rendered from a declared index; read by `sync`, which names the documents before it asks the server for the index, and counts them for a plan.

use super::{index::render_index, number::as_long};
use crate::schema::{IndexSchema, Kind};
use bson::{Bson, Document, doc};

/// How many groups of documents are looked for.
pub(crate) const DUPLICATE_GROUPS: usize = 10;
/// How many documents of each group are named.
const NAMED: i32 = 3;

/// Gives one document for each group of documents that have the same values at the index's paths, the largest groups first:
/// `{_id: {v0: value, …}, ids: [some of their ids], count: how many}`. One scan of the collection.
///
/// It never names documents that the index would take. Those with an empty list at one of its paths it leaves to the server.
pub(crate) fn render_duplicates(index: &IndexSchema) -> Vec<Document> {
    let Compared { mut pipeline, values, id, .. } = compared(index);
    let ids = doc! { "$minN": { "input": id, "n": NAMED } };
    pipeline.push(doc! { "$group": { "_id": values, "ids": ids, "count": { "$sum": 1_i64 } } });
    pipeline.push(doc! { "$match": { "count": { "$gt": 1 } } });
    pipeline.push(doc! { "$sort": { "count": -1, "_id": 1 } });
    pipeline.push(doc! { "$limit": as_long(DUPLICATE_GROUPS) });
    pipeline
}

/// Gives one document, `{count: how many documents have the same values as another}`, or none where there are none. One scan of the collection;
/// what does not fit into memory is put on disk.
pub(crate) fn render_duplicate_count(index: &IndexSchema) -> Vec<Document> {
    let Compared { mut pipeline, values, id, once } = compared(index);
    let several = doc! { "$match": { "count": { "$gt": 1 } } };
    let count = if once {
        pipeline.push(doc! { "$group": { "_id": values, "count": { "$sum": 1_i64 } } });
        pipeline.push(several);
        Bson::from("$count")
    } else {
        // A document that shares several of its items counts once. A list of the ids of a group could be too large for memory; a window is not.
        pipeline.push(doc! { "$setWindowFields": { "partitionBy": values, "output": { "count": { "$sum": 1_i64 } } } });
        pipeline.push(several);
        pipeline.push(doc! { "$group": { "_id": id } });
        Bson::Int64(1)
    };
    pipeline.push(doc! { "$group": { "_id": Bson::Null, "count": { "$sum": count } } });
    pipeline
}

/// What the index has of each document.
struct Compared {
    pipeline: Vec<Document>,
    /// Where its values are after the pipeline.
    values: Bson,
    /// Where the document's id is.
    id: &'static str,
    /// Whether each document comes once; else once for each of its items.
    once: bool,
}

fn compared(index: &IndexSchema) -> Compared {
    let mut pipeline = Vec::new();
    if let Ok(covered) = render_index(index).get_document("partialFilterExpression") {
        pipeline.push(doc! { "$match": covered.clone() });
    }
    if index.options.sparse {
        let present: Vec<Document> = index.keys.iter().map(|key| doc! { &key.path: { "$exists": true } }).collect();
        pipeline.push(doc! { "$match": { "$or": present } });
    }
    // An index takes a missing value for null.
    let values = index.keys.iter().enumerate().map(|(at, key)| {
        let path = format!("${}", key.path);
        (format!("v{at}"), Bson::from(doc! { "$ifNull": [path, Bson::Null] }))
    });
    let values = Bson::Document(values.collect());
    let lists = lists(index);
    if lists.is_empty() {
        return Compared { pipeline, values, id: "$_id", once: true };
    }
    for list in &lists {
        let path = format!("${list}");
        // In an index an empty list is neither null nor missing, but it would be unwound to missing.
        pipeline.push(doc! { "$match": { list: { "$ne": Vec::<Bson>::new() } } });
        pipeline.push(doc! { "$unwind": { "path": path, "preserveNullAndEmptyArrays": true } });
    }
    // A document may hold a value twice in one list.
    pipeline.push(doc! { "$group": { "_id": { "values": values, "id": "$_id" } } });
    Compared { pipeline, values: Bson::from("$_id.values"), id: "$_id.id", once: false }
}

/// The paths at which there may be a list: those of list fields, and what lies above them. Where there is none, unwinding does nothing.
fn lists(index: &IndexSchema) -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    for key in index.keys.iter().filter(|key| matches!(key.kind, Kind::Array(_))) {
        let ends = key.path.match_indices('.').map(|(end, _)| end).chain([key.path.len()]);
        for list in ends.map(|end| &key.path[..end]) {
            if !lists.iter().any(|known| known == list) {
                lists.push(list.to_owned());
            }
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Absent, Direction, IndexKey, KeyForm};

    fn key(path: &str, kind: Kind, absent: Absent) -> IndexKey {
        IndexKey { path: path.to_owned(), form: KeyForm::Ordered(Direction::Ascending), kind, absent, only: Vec::new() }
    }

    fn ending(values: impl Into<Bson>, id: &str) -> Vec<Document> {
        let values: Bson = values.into();
        vec![
            doc! { "$group": { "_id": values, "ids": { "$minN": { "input": id, "n": 3 } }, "count": { "$sum": 1_i64 } } },
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
        expected.extend(ending(values, "$_id"));
        assert_eq!(render_duplicates(&index), expected);
    }

    #[test]
    fn a_sparse_index_has_what_is_there() {
        let index = IndexSchema::unique([key("name", Kind::String, Absent::Null), key("n", Kind::Bool, Absent::Never)]).sparse();
        let mut expected = vec![doc! { "$match": { "$or": [{ "name": { "$exists": true } }, { "n": { "$exists": true } }] } }];
        expected.extend(ending(doc! { "v0": { "$ifNull": ["$name", Bson::Null] }, "v1": { "$ifNull": ["$n", Bson::Null] } }, "$_id"));
        assert_eq!(render_duplicates(&index), expected);
    }

    #[test]
    fn the_items_of_a_list_are_compared_between_documents() {
        let index = IndexSchema::unique([key("lines.sku", Kind::Array(&Kind::String), Absent::EmptyList)]);
        let mut expected = Vec::new();
        for list in ["lines", "lines.sku"] {
            expected.push(doc! { "$match": { list: { "$ne": Vec::<Bson>::new() } } });
            expected.push(doc! { "$unwind": { "path": format!("${list}"), "preserveNullAndEmptyArrays": true } });
        }
        let values = doc! { "v0": { "$ifNull": ["$lines.sku", Bson::Null] } };
        expected.push(doc! { "$group": { "_id": { "values": values, "id": "$_id" } } });
        let mut counted = expected.clone();
        counted.extend([
            doc! { "$setWindowFields": { "partitionBy": "$_id.values", "output": { "count": { "$sum": 1_i64 } } } },
            doc! { "$match": { "count": { "$gt": 1 } } },
            doc! { "$group": { "_id": "$_id.id" } },
            doc! { "$group": { "_id": Bson::Null, "count": { "$sum": 1_i64 } } },
        ]);
        assert_eq!(render_duplicate_count(&index), counted);
        expected.extend(ending("$_id.values", "$_id.id"));
        assert_eq!(render_duplicates(&index), expected);
    }
}
