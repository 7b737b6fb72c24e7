//! Referential actions as filters and updates, and the command that takes their locks. Pure; sent by `relation/referential` and
//! `relation/lock`.

use super::{
    matching::{Match, all_of},
    plan::by_ids,
    update::stamp,
};
use crate::{
    Result,
    schema::{Field, Schema},
};
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

/// The documents whose key in `field` is one of `values`, or whose list there holds one, without those with the ids `except`.
pub(crate) fn referring(field: &str, values: Vec<Bson>, except: Vec<Bson>) -> Document {
    let mut filter = doc! { field: { "$in": values } };
    if !except.is_empty() {
        let except = doc! { "$nin": except };
        match filter.get_mut("_id") {
            // A key may be the id itself.
            Some(Bson::Document(ids)) => ids.extend(except),
            _ => {
                filter.insert("_id", except);
            }
        }
    }
    filter
}

/// Of the documents with these ids those that match `filter`.
pub(crate) fn among(ids: Vec<Bson>, filter: &Document) -> Document {
    if filter.is_empty() {
        return by_ids(ids);
    }
    all_of(vec![Match::Doc(by_ids(ids)), Match::Doc(filter.clone())]).into_document()
}

/// Makes a key `None`, as the model stores that.
///
/// # Errors
/// A moment for `updated_at` that its field cannot hold.
pub(crate) fn clear_key(schema: &Schema, key: &Field, now: DateTime<Utc>) -> Result<Document> {
    let mut update = if key.null {
        doc! { "$set": { key.stored: Bson::Null } }
    } else {
        doc! { "$unset": { key.stored: "" } }
    };
    stamp(schema, now, &mut update)?;
    Ok(update)
}

/// Gives a key another value.
///
/// # Errors
/// A moment for `updated_at` that its field cannot hold.
pub(crate) fn set_key(schema: &Schema, key: &Field, value: Bson, now: DateTime<Utc>) -> Result<Document> {
    let mut update = doc! { "$set": { key.stored: value } };
    stamp(schema, now, &mut update)?;
    Ok(update)
}

/// Takes ids out of a list. Of one that a relation keeps on both sides nothing else moves, as where it is connected.
///
/// # Errors
/// A moment for `updated_at` that its field cannot hold.
pub(crate) fn pull_ids(schema: &Schema, list: &Field, ids: Vec<Bson>, now: DateTime<Utc>) -> Result<Document> {
    let mut update = doc! { "$pull": { list.stored: { "$in": ids } } };
    if schema.kept_by(list).is_none() {
        stamp(schema, now, &mut update)?;
    }
    Ok(update)
}

/// Writes these documents of the collection of locks, all in one command. A write of no effect would not conflict with another.
pub(crate) fn take_locks(collection: &str, locks: impl IntoIterator<Item = String>) -> Document {
    let take = |lock: String| doc! { "q": { "_id": lock }, "u": { "$inc": { "n": 1_i64 } }, "upsert": true };
    doc! { "update": collection, "updates": locks.into_iter().map(take).collect::<Vec<_>>() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_be_the_id() {
        assert_eq!(referring("by", vec![1.into()], vec![]), doc! { "by": { "$in": [1] } });
        assert_eq!(referring("by", vec![1.into()], vec![2.into()]), doc! { "by": { "$in": [1] }, "_id": { "$nin": [2] } });
        assert_eq!(referring("_id", vec![1.into()], vec![2.into()]), doc! { "_id": { "$in": [1], "$nin": [2] } });
    }

    #[test]
    fn a_filter_of_its_own_stays_beside_the_ids() {
        assert_eq!(among(vec![1.into()], &Document::new()), doc! { "_id": { "$in": [1] } });
        assert_eq!(among(vec![1.into()], &doc! { "a": 2 }), doc! { "_id": { "$in": [1] }, "a": 2 });
        assert_eq!(among(vec![1.into()], &doc! { "_id": 1 }), doc! { "$and": [{ "_id": { "$in": [1] } }, { "_id": 1 }] });
    }
}
