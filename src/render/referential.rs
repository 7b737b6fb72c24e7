//! Referential actions as filters and updates, and the command that takes their locks. Pure; sent by `relation/referential` and
//! `relation/lock`.

use super::{
    matching::{Match, all_of},
    plan::by_ids,
    update::stamp,
};
use crate::{
    Result,
    schema::{Field, KeyPath, Schema},
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

/// Makes a key `None` where it is one of `values`, wherever in the document it stands; also gives the update's filters of list items.
///
/// # Errors
/// A moment for `updated_at` that its field cannot hold.
pub(crate) fn clear_key_at(schema: &Schema, key: &KeyPath, values: Vec<Bson>, now: DateTime<Utc>) -> Result<(Document, Vec<Document>)> {
    let (path, items) = items_of(key, &values);
    let mut update = if key.field.null {
        doc! { "$set": { path: Bson::Null } }
    } else {
        doc! { "$unset": { path: "" } }
    };
    stamp(schema, now, &mut update)?;
    Ok((update, items))
}

/// Gives a key that is the first of two values the second one, in the same way.
///
/// # Errors
/// A moment for `updated_at` that its field cannot hold.
pub(crate) fn set_key_at(
    schema: &Schema,
    key: &KeyPath,
    (old, new): (Bson, Bson),
    now: DateTime<Utc>,
) -> Result<(Document, Vec<Document>)> {
    let (path, items) = items_of(key, &[old]);
    let mut update = doc! { "$set": { path: new } };
    stamp(schema, now, &mut update)?;
    Ok((update, items))
}

/// Takes ids out of a list, in the same way. Of one that a relation keeps on both sides nothing else moves, as where it is connected: then there
/// is no `moment`.
///
/// # Errors
/// A moment for `updated_at` that its field cannot hold.
pub(crate) fn pull_ids(
    schema: &Schema,
    list: &KeyPath,
    ids: Vec<Bson>,
    moment: Option<DateTime<Utc>>,
) -> Result<(Document, Vec<Document>)> {
    let (path, items) = items_of(list, &ids);
    let mut update = doc! { "$pull": { path: { "$in": ids } } };
    if let Some(now) = moment {
        stamp(schema, now, &mut update)?;
    }
    Ok((update, items))
}

/// The path of an update that reaches a key, or a list of ids, that holds one of `values`: of each list on the way the items with such a one, by
/// the filters beside it.
fn items_of(key: &KeyPath, values: &[Bson]) -> (String, Vec<Document>) {
    let (mut path, mut rest, mut items) = (String::new(), key.stored.as_str(), Vec::new());
    for list in key.lists.iter().filter(|list| **list != key.stored) {
        let at = key.stored.len() - rest.len();
        let (Some(way), Some(below)) = (list.get(at..), key.stored.get(list.len() + 1..)) else { continue };
        let item = format!("i{}", items.len());
        path.push_str(way);
        path.push_str(&format!(".$[{item}]."));
        items.push(doc! { format!("{item}.{below}"): one_of(values) });
        rest = below;
    }
    path.push_str(rest);
    (path, items)
}

/// A pattern among the values of an `$in` would be matched with, and is a value to `$eq`.
fn one_of(values: &[Bson]) -> Document {
    match values {
        [value] => doc! { "$eq": value },
        values => doc! { "$in": values },
    }
}

/// Writes these documents of the collection of locks, all in one command. A write of no effect would not conflict with another.
pub(crate) fn take_locks(collection: &str, locks: impl IntoIterator<Item = String>) -> Document {
    let take = |lock: String| doc! { "q": { "_id": lock }, "u": { "$inc": { "n": 1_i64 } }, "upsert": true };
    doc! { "update": collection, "updates": locks.into_iter().map(take).collect::<Vec<_>>() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Absent, Kind};

    #[test]
    fn a_key_in_lists_is_reached_item_by_item() {
        const KEY: Field = Field::new("id", "p", Kind::Int64 { min: i64::MIN, max: i64::MAX }, Absent::Null);
        let path = |stored: &str, lists: &[&str]| KeyPath {
            stored: stored.to_owned(),
            root: &KEY,
            field: &KEY,
            of: None,
            is_optional: true,
            lists: lists.iter().map(|list| (*list).to_owned()).collect(),
            defaulted: None,
        };
        let of = |stored: &str, lists: &[&str]| items_of(&path(stored, lists), &[1.into()]);
        let one = doc! { "$eq": 1 };
        assert_eq!(of("s.c", &[]), ("s.c".to_owned(), vec![]));
        assert_eq!(of("s.ids", &["s.ids"]), ("s.ids".to_owned(), vec![]));
        assert_eq!(of("l.p", &["l"]), ("l.$[i0].p".to_owned(), vec![doc! { "i0.p": one.clone() }]));
        assert_eq!(
            of("s.l.g.m.p", &["s.l", "s.l.g.m"]),
            ("s.l.$[i0].g.m.$[i1].p".to_owned(), vec![doc! { "i0.g.m.p": one.clone() }, doc! { "i1.p": one }])
        );
        let of_two = items_of(&path("l.p", &["l"]), &[1.into(), 2.into()]);
        assert_eq!(of_two, ("l.$[i0].p".to_owned(), vec![doc! { "i0.p": { "$in": [1, 2] } }]));
    }

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
