//! In what an index on the server is another than the declared one: by its keys and its effective options, never by its name.
//!
//! The server writes out what a declaration leaves open, and numbers in types of its own; what means the same is the same. Read by `plan`.

use super::{
    step::{SyncDifference, name_of},
    text::{as_listed, is_text},
};
use crate::render::{BY_BYTES, same_collation};
use bson::{Bson, Document};
use std::collections::BTreeMap;

/// What makes one index another, beside its keys.
const OPTIONS: &[&str] = &[
    "unique",
    "sparse",
    "hidden",
    "partialFilterExpression",
    "collation",
    "expireAfterSeconds",
    "wildcardProjection",
    "weights",
    "default_language",
    "language_override",
];

/// In what `found` is another index than the declared one. `default` is the collation that an index has where it names none.
pub(super) fn differences(rendered: &Document, default: Option<&Document>, found: &Document) -> Vec<SyncDifference> {
    let (listed, found) = (as_listed(rendered), as_listed(found));
    let (rendered, found) = (&*listed, &*found);
    let default = default.filter(|_| !is_text(rendered));
    let mut differences = Vec::new();
    if !same_keys(rendered, found) {
        differences.push(SyncDifference { option: "key", expected: rendered.get("key").cloned(), found: found.get("key").cloned() });
    }
    for option in OPTIONS.iter().copied() {
        // One that names the order of bytes has no collation, whatever the collection has.
        let default = default.filter(|_| option == "collation" && !rendered.contains_key(option));
        let default = default.map(|default| Bson::Document(default.clone()));
        let (expected, found) = (effective(rendered, option).or(default), effective(found, option));
        let same = match (&expected, &found) {
            // The server sorts them by path.
            (Some(Bson::Document(expected)), Some(Bson::Document(found))) if option == "weights" => {
                expected.len() == found.len() && has_all(found, expected)
            }
            (Some(Bson::Document(expected)), Some(Bson::Document(found))) if option == "collation" => {
                same_collation(Some(expected), Some(found))
            }
            (expected, found) if option == "wildcardProjection" => projected(expected.as_ref()) == projected(found.as_ref()),
            (Some(expected), Some(found)) => same_value(expected, found),
            (expected, found) => expected.is_none() && found.is_none(),
        };
        if !same {
            differences.push(SyncDifference { option, expected, found });
        }
    }
    differences
}

/// The value of an option, where it says something: a `false` is as good as none.
fn effective(index: &Document, option: &str) -> Option<Bson> {
    match index.get(option)? {
        Bson::Boolean(false) | Bson::Null => None,
        Bson::Document(collation) if option == "collation" && collation.get_str("locale").is_ok_and(|locale| locale == BY_BYTES) => None,
        // Old servers and shells wrote numbers for what is true or false.
        value if matches!(option, "unique" | "sparse" | "hidden") => (number(value) != Some(0.0)).then_some(Bson::Boolean(true)),
        value => Some(value.clone()),
    }
}

/// The paths of a wildcard's projection, and whether each is in the index. The id is not, unless it is named.
fn projected(projection: Option<&Bson>) -> BTreeMap<String, bool> {
    let mut paths = BTreeMap::new();
    if let Some(Bson::Document(projection)) = projection {
        collect(projection, "", &mut paths);
    }
    if paths.get("_id") == Some(&false) {
        paths.remove("_id");
    }
    paths
}

fn collect(projection: &Document, prefix: &str, paths: &mut BTreeMap<String, bool>) {
    for (name, kept) in projection {
        let path = format!("{prefix}{name}");
        if let Bson::Document(below) = kept {
            collect(below, &format!("{path}."), paths);
        } else {
            paths.insert(path, *kept != Bson::Boolean(false) && number(kept) != Some(0.0));
        }
    }
}

/// Whether both have the same paths in the same order, each with the same direction or kind.
pub(super) fn same_keys(a: &Document, b: &Document) -> bool {
    match (a.get_document("key"), b.get_document("key")) {
        (Ok(a), Ok(b)) => same_documents(a, b),
        _ => false,
    }
}

/// Whether it is the one of the ids, which is always there.
pub(super) fn is_of_id(index: &Document) -> bool {
    let only = |key: &Document| key.len() == 1 && key.get("_id").and_then(number).is_some();
    name_of(index) == "_id_" || index.get_document("key").is_ok_and(only)
}

/// Whether a document has these fields, in any order.
fn has_all(document: &Document, fields: &Document) -> bool {
    fields.iter().all(|(field, value)| document.get(field).is_some_and(|found| same_value(value, found)))
}

fn same_documents(a: &Document, b: &Document) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((a_name, a), (b_name, b))| a_name == b_name && same_value(a, b))
}

/// Equal to the server: field order counts, the type of a number does not.
pub(super) fn same_value(a: &Bson, b: &Bson) -> bool {
    match (a, b) {
        (Bson::Document(a), Bson::Document(b)) => same_documents(a, b),
        (Bson::Array(a), Bson::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b)),
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        },
    }
}

pub(super) fn number(value: &Bson) -> Option<f64> {
    match value {
        Bson::Int32(number) => Some(f64::from(*number)),
        #[allow(clippy::cast_precision_loss)]
        Bson::Int64(number) => Some(*number as f64),
        Bson::Double(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    fn named(rendered: &Document, found: &Document) -> Vec<&'static str> {
        differences(rendered, None, found).iter().map(|difference| difference.option).collect()
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        let none: [&str; 0] = [];
        for (rendered, found) in [
            (
                doc! { "key": { "a": "2dsphere", "b": -1 } },
                doc! { "v": 2, "key": { "a": "2dsphere", "b": -1.0 }, "2dsphereIndexVersion": 3 },
            ),
            (
                doc! { "key": { "a": 1 }, "expireAfterSeconds": 60 },
                doc! { "key": { "a": 1_i64 }, "expireAfterSeconds": 60_i64, "sparse": false },
            ),
            (
                doc! { "key": { "$**": 1 }, "wildcardProjection": { "a": 1, "b.c": 1 } },
                doc! { "key": { "$**": 1 }, "wildcardProjection": { "b": { "c": true }, "_id": false, "a": true } },
            ),
            (
                doc! { "key": { "$**": 1 }, "wildcardProjection": { "a": 0, "_id": 1 } },
                doc! { "key": { "$**": 1 }, "wildcardProjection": { "_id": 1.0, "a": false } },
            ),
            (
                doc! { "key": { "a": 1 }, "partialFilterExpression": { "b": { "$gt": 5_i64 } } },
                doc! { "key": { "a": 1 }, "partialFilterExpression": { "b": { "$gt": 5 } } },
            ),
            (
                doc! { "key": { "a": "text" } },
                doc! { "key": { "_fts": "text", "_ftsx": 1 }, "weights": { "a": 1 }, "default_language": "english", "language_override": "language", "textIndexVersion": 3 },
            ),
        ] {
            assert_eq!(named(&rendered, &found), none, "{rendered} {found}");
        }
    }

    #[test]
    fn each_option_tells_indexes_apart() {
        let plain = || doc! { "key": { "a": 1 } };
        let with = |option: &str, value: Bson| {
            let mut index = plain();
            index.insert(option, value);
            index
        };
        for (option, value) in [
            ("unique", Bson::Boolean(true)),
            ("sparse", Bson::Boolean(true)),
            ("hidden", Bson::Boolean(true)),
            ("partialFilterExpression", doc! { "b": 1 }.into()),
            ("collation", doc! { "locale": "de" }.into()),
            ("expireAfterSeconds", Bson::Int32(0)),
            ("wildcardProjection", doc! { "b": 1 }.into()),
        ] {
            assert_eq!(named(&with(option, value.clone()), &plain()), [option]);
            assert_eq!(named(&plain(), &with(option, value)), [option]);
        }
        assert_eq!(named(&plain(), &doc! { "key": { "a": "hashed" } }), ["key"]);
        assert_eq!(named(&doc! { "key": { "a.$**": 1 } }, &doc! { "key": { "a": 1 } }), ["key"]);
    }
}
