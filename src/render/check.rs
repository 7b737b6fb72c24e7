//! Keys and lists of ids as they are read to be checked, and the statements of updates that mend them.
//!
//! Read by `relation/check`, which compares what comes back. Every statement holds its own condition, so that it changes nothing where somebody
//! else has mended the document meanwhile.

use super::referential::clear_key_at;
use crate::{
    Result,
    schema::{Edge, Form},
};
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

/// The field of a row that has those of the asked ids that its list holds; null where there is something else than a list.
pub(crate) const HAS: &str = "has";

/// How the documents are read that hold a key or list.
#[derive(Debug)]
pub(crate) struct HoldersQuery {
    /// Those without it are of interest where it is required.
    pub(crate) filter: Document,
    /// As they lie in the collection. By an index of a list the server would jump to and fro, keep in mind which documents it has given, and
    /// come upon those again that are written meanwhile.
    pub(crate) sort: Document,
    pub(crate) projection: Document,
}

/// The read of the documents that hold a key or list, with that alone.
pub(crate) fn render_holders(edge: &Edge) -> HoldersQuery {
    let stored = &edge.key.stored;
    let filter = match edge.form {
        Form::Key { required: true } => Document::new(),
        _ => doc! { stored: { "$exists": true } },
    };
    HoldersQuery { filter, sort: doc! { "$natural": 1 }, projection: doc! { "_id": 1, stored: 1 } }
}

/// How it is asked which of some keys name a document.
#[derive(Debug)]
pub(crate) enum NamedQuery {
    /// By a find of what they name alone, which its index answers.
    Find { filter: Document, projection: Document },
    /// By a pipeline, which gives also which of `holders` the list of each document has. The list itself may hold a hundred thousand ids.
    Pipeline(Vec<Document>),
}

/// The read of what `keys` name. `holders` are the ids of the documents that hold them.
pub(crate) fn render_named(edge: &Edge, keys: Vec<Bson>, holders: &[Bson]) -> NamedQuery {
    let filter = doc! { edge.named: { "$in": keys } };
    let Form::Mutual { other, .. } = edge.form else {
        let mut projection = doc! { edge.named: 1 };
        if edge.named != "_id" {
            projection.insert("_id", 0);
        }
        return NamedQuery::Find { filter, projection };
    };
    let list = format!("${other}");
    // The server keeps a constant set hashed for `$setIsSubset` alone.
    let asked = doc! { "$setIsSubset": [["$$this"], { "$literal": holders }] };
    let has = doc! { "$switch": {
        "branches": [
            { "case": { "$isArray": [&list] }, "then": { "$filter": { "input": &list, "cond": asked } } },
            { "case": is_nothing(&list), "then": [] },
        ],
        "default": Bson::Null,
    } };
    NamedQuery::Pipeline(vec![doc! { "$match": filter }, doc! { "$project": { HAS: has } }])
}

/// Whether a key could be that of a document, and be asked for among others. What cannot names nothing: a pattern would match texts, and a
/// document with an operator's name would be one.
pub(crate) fn can_name(edge: &Edge, key: &Bson) -> bool {
    match key {
        Bson::Document(document) => {
            let named = edge.target.fields.iter().find(|field| field.stored == edge.named);
            named.is_none_or(|field| !field.kind.is_scalar()) && is_plain(document)
        }
        other => is_askable(other),
    }
}

fn is_plain(document: &Document) -> bool {
    !document.keys().any(|name| name.starts_with('$'))
}

/// Whether a value in a list of conditions stands for itself.
pub(crate) fn is_askable(value: &Bson) -> bool {
    match value {
        Bson::Null | Bson::Undefined | Bson::Array(_) | Bson::RegularExpression(_) => false,
        Bson::Document(document) => is_plain(document),
        _ => true,
    }
}

/// Null or missing.
fn is_nothing(value: &str) -> Document {
    doc! { "$lte": [value, Bson::Null] }
}

/// Sets a key to none, where it still is this one; in a list of composites in each that has it. The document is another one by that, as by any
/// other update.
///
/// # Errors
/// A moment that the model's `updated_at` cannot hold.
pub(crate) fn render_cleared(edge: &Edge, id: &Bson, key: &Bson, now: DateTime<Utc>) -> Result<Document> {
    let (update, items) = clear_key_at(edge.holder, edge.key, vec![key.clone()], now)?;
    let mut filter = doc! { "_id": id, edge.key.stored.as_str(): { "$eq": key } };
    let Some(list) = edge.key.through() else { return Ok(doc! { "q": filter, "u": update, "multi": false }) };
    // The server refuses to look for items in anything else.
    filter.insert(list, doc! { "$type": "array" });
    Ok(doc! { "q": filter, "u": update, "multi": false, "arrayFilters": items })
}

/// A statement that takes ids out of the list of a document.
#[derive(Debug)]
pub(crate) struct Pull {
    pub(crate) statement: Document,
    /// How many ids it takes out altogether, and of how many it leaves the first.
    pub(crate) pulled: u64,
    pub(crate) duplicates: u64,
}

/// Pulls each of `values` from the list of a document, and leaves of `once` the first of each.
pub(crate) fn render_pulled(stored: &str, id: &Bson, values: Vec<Bson>, once: Vec<Bson>) -> Vec<Pull> {
    let filter = || doc! { "_id": id, stored: { "$type": "array" } };
    let (asked, odd): (Vec<Bson>, Vec<Bson>) = values.into_iter().partition(is_askable);
    let mut statements = Vec::new();
    if !asked.is_empty() {
        let pulled = asked.len() as u64;
        let statement = doc! { "q": filter(), "u": { "$pull": { stored: { "$in": asked } } }, "multi": false };
        statements.push(Pull { statement, pulled, duplicates: 0 });
    }
    if !odd.is_empty() || !once.is_empty() {
        let (pulled, duplicates) = (odd.len() as u64, once.len() as u64);
        let list = format!("${stored}");
        let item = doc! { "$arrayElemAt": [&list, "$$at"] };
        let is_other = doc! { "$not": [{ "$in": ["$$item", { "$literal": odd }] }] };
        let is_single = doc! { "$not": [{ "$in": ["$$item", { "$literal": once }] }] };
        let is_first = doc! { "$eq": [{ "$indexOfArray": [&list, "$$item"] }, "$$at"] };
        let stays = doc! { "$and": [is_other, { "$or": [is_single, is_first] }] };
        let kept = doc! { "$filter": {
            "input": { "$range": [0, { "$size": &list }] },
            "as": "at",
            "cond": { "$let": { "vars": { "item": item.clone() }, "in": stays } },
        } };
        let kept = doc! { "$map": { "input": kept, "as": "at", "in": item } };
        let statement = doc! { "q": filter(), "u": [{ "$set": { stored: kept } }], "multi": false };
        statements.push(Pull { statement, pulled, duplicates });
    }
    statements
}

/// Adds an id to the list of a document, or to none where there is no list yet, unless it is there already.
pub(crate) fn render_added(stored: &str, id: &Bson, value: &Bson) -> Document {
    let list = format!("${stored}");
    let value = doc! { "$literal": value };
    let added = doc! { "$switch": {
        "branches": [
            { "case": is_nothing(&list), "then": [&value] },
            { "case": { "$in": [&value, &list] }, "then": &list },
        ],
        "default": { "$concatArrays": [&list, [&value]] },
    } };
    // Anything else than a list is left as it is.
    let filter = doc! { "_id": id, "$or": [{ stored: { "$type": "array" } }, { "$expr": is_nothing(&list) }] };
    doc! { "q": filter, "u": [{ "$set": { stored: added } }], "multi": false }
}

/// Writes to these documents and leaves them as they are, so that no other transaction that changes their lists can commit beside this one. A
/// list that is null or missing is empty afterwards, which reads the same. `value` is one that may stand in the list.
pub(crate) fn render_touched(stored: &str, ids: &[Bson], value: &Bson) -> Vec<Document> {
    let lists = doc! { "_id": { "$in": ids }, stored: { "$type": "array" } };
    let nothing = doc! { "_id": { "$in": ids }, "$expr": is_nothing(&format!("${stored}")) };
    vec![
        doc! { "q": lists.clone(), "u": { "$push": { stored: value } }, "multi": true },
        doc! { "q": lists, "u": { "$pop": { stored: 1 } }, "multi": true },
        doc! { "q": nothing, "u": { "$set": { stored: [] } }, "multi": true },
    ]
}
