//! Whether every document that a filter finds is in a partial index: whether the filter implies that of the index, by the server's rules.
//!
//! Asked by `candidate`. Each part of the index's filter has to follow from one condition on its path, or from one in each of the
//! alternatives.

use super::condition::{Condition, Conditions, has_text, is_operators};
use bson::{Bson, Document};
use std::cmp::Ordering;

/// How an index compares texts, beside a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    /// Both by their bytes.
    Bytes,
    /// Both by the same collation.
    Alike,
    /// In two ways.
    Apart,
}

/// Whether the conditions imply a filter.
pub(super) fn implies(conditions: &Conditions<'_>, filter: &Document, texts: Texts) -> bool {
    filter.iter().all(|(key, required)| implies_part(conditions, key, required, texts))
}

fn implies_part(conditions: &Conditions<'_>, key: &str, required: &Bson, texts: Texts) -> bool {
    let one = |operator: &str, operand: &Bson| {
        conditions
            .all
            .iter()
            .any(|condition| condition.path == key && condition.item.is_none() && follows(condition, operator, operand, texts))
    };
    let by_one = match (key, required) {
        ("$and", Bson::Array(all)) => all.iter().filter_map(Bson::as_document).all(|part| implies(conditions, part, texts)),
        ("$or", Bson::Array(any)) => any.iter().filter_map(Bson::as_document).any(|part| implies(conditions, part, texts)),
        (_, Bson::Document(operators)) if is_operators(operators) => operators.iter().all(|(operator, operand)| one(operator, operand)),
        (_, value) => one("$eq", value),
    };
    by_one || conditions.any.iter().any(|branches| branches.iter().all(|branch| implies_part(branch, key, required, texts)))
}

/// Whether a condition on the same path implies one of the index's filter.
fn follows(condition: &Condition<'_>, operator: &str, operand: &Bson, texts: Texts) -> bool {
    let is_the_same = condition.operator == operator && condition.operand == operand;
    if has_text(operand) {
        match texts {
            Texts::Bytes => {}
            Texts::Apart => return false,
            // Another order than that of bytes, in which nothing comes first all the same.
            Texts::Alike if !is_least(operand) => return is_the_same,
            Texts::Alike => {}
        }
    }
    if is_the_same {
        return true;
    }
    let values = || match (condition.operator, condition.operand) {
        ("$eq", value) => Some(std::slice::from_ref(value)),
        ("$in", Bson::Array(values)) => Some(values.as_slice()),
        _ => None,
    };
    let all = |test: &dyn Fn(&Bson) -> bool| values().is_some_and(|values| values.iter().all(test));
    let is = |side: fn(Ordering) -> bool| move |value: &Bson| compare(value, operand).is_some_and(side);
    let bound = |operators: &[&str], test: &dyn Fn(&Bson) -> bool| operators.contains(&condition.operator) && test(condition.operand);
    match (operator, operand) {
        ("$eq", value) => all(&|other| other == value),
        ("$in", Bson::Array(wanted)) => all(&|value| wanted.contains(value)),
        ("$exists", Bson::Boolean(true)) => condition.finds_present() && !matches!(condition.operator, "$ne" | "$nin"),
        ("$gte", _) => all(&is(Ordering::is_ge)) || bound(&["$gt", "$gte"], &is(Ordering::is_ge)),
        ("$gt", _) => all(&is(Ordering::is_gt)) || bound(&["$gt"], &is(Ordering::is_ge)) || bound(&["$gte"], &is(Ordering::is_gt)),
        ("$lte", _) => all(&is(Ordering::is_le)) || bound(&["$lt", "$lte"], &is(Ordering::is_le)),
        ("$lt", _) => all(&is(Ordering::is_lt)) || bound(&["$lt"], &is(Ordering::is_le)) || bound(&["$lte"], &is(Ordering::is_lt)),
        _ => false,
    }
}

/// The order of two values that the server orders among each other, as it does not values of different types.
fn compare(value: &Bson, bound: &Bson) -> Option<Ordering> {
    match (value, bound) {
        (Bson::Int64(value), Bson::Int64(bound)) => Some(value.cmp(bound)),
        (Bson::String(value), Bson::String(bound)) => Some(value.cmp(bound)),
        (Bson::Boolean(value), Bson::Boolean(bound)) => Some(value.cmp(bound)),
        (Bson::ObjectId(value), Bson::ObjectId(bound)) => Some(value.bytes().cmp(&bound.bytes())),
        (Bson::DateTime(value), Bson::DateTime(bound)) => Some(value.timestamp_millis().cmp(&bound.timestamp_millis())),
        (Bson::Timestamp(value), Bson::Timestamp(bound)) => Some((value.time, value.increment).cmp(&(bound.time, bound.increment))),
        _ => match (number(value), number(bound)) {
            (Some(value), Some(bound)) => value.partial_cmp(&bound),
            // What is least is known without comparing: a Decimal128 lies above it, and so does a document.
            _ if is_least(bound) && is_of_one_type(value, bound) => Some(Ordering::Greater),
            _ => None,
        },
    }
}

/// Whether it is the least value of its type, from which on a unique index has the values that are there.
fn is_least(bound: &Bson) -> bool {
    match bound {
        Bson::String(text) => text.is_empty(),
        Bson::Double(number) => *number == f64::NEG_INFINITY,
        Bson::Document(document) => document.is_empty(),
        Bson::Binary(binary) => binary.bytes.is_empty(),
        _ => false,
    }
}

fn is_of_one_type(a: &Bson, b: &Bson) -> bool {
    let is_number = |value: &Bson| matches!(value, Bson::Decimal128(_)) || number(value).is_some();
    (is_number(a) && is_number(b)) || a.element_type() == b.element_type()
}

fn number(value: &Bson) -> Option<f64> {
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

    fn implied(filter: &Document, index: &Document) -> bool {
        implies(&Conditions::of(filter), index, Texts::Bytes)
    }

    #[test]
    fn a_partial_index_is_implied_by_values_of_its_type() {
        let numbers = doc! { "a": { "$gte": f64::NEG_INFINITY } };
        for filter in [
            doc! { "a": 1 },
            doc! { "a": { "$gt": 1_i64, "$lt": 9_i64 } },
            doc! { "a": { "$in": [1, 2.5] } },
            doc! { "$and": [{ "b": 1 }, { "a": 1 }] },
            doc! { "$or": [{ "a": 1 }, { "a": { "$gte": 3 }, "b": 1 }] },
        ] {
            assert!(implied(&filter, &numbers), "{filter}");
        }
        for filter in [
            doc! { "a": null },
            doc! { "a": "x" },
            doc! { "b": 1 },
            doc! { "a": { "$lt": 1 } },
            doc! { "a": { "$ne": null } },
            doc! { "a": { "$in": [1, null] } },
            doc! { "a": { "$elemMatch": { "$eq": 1 } } },
            doc! { "$or": [{ "a": 1 }, { "b": 1 }] },
        ] {
            assert!(!implied(&filter, &numbers), "{filter}");
        }
        let tag = doc! { "cover.kind": "Photo" };
        assert!(implied(&doc! { "cover.kind": "Photo", "cover.width": 1 }, &tag));
        let documents = doc! { "a": { "$gte": {} } };
        assert!(implied(&doc! { "a": { "$eq": { "x": 1 } } }, &documents) && !implied(&doc! { "a": 1 }, &documents));
    }

    #[test]
    fn a_declared_filter_is_implied_part_by_part() {
        let index = doc! { "open": true, "n": { "$gt": 5 }, "$or": [{ "s": "x" }, { "s": { "$in": ["y", null] } }] };
        for filter in [
            doc! { "open": true, "n": 6, "s": "x" },
            doc! { "open": true, "n": { "$gt": 5 }, "s": "y", "other": 1 },
            doc! { "open": true, "n": { "$gte": 5.5 }, "s": null },
            doc! { "open": true, "n": { "$in": [6, 7] }, "s": { "$in": ["y", null] } },
            doc! { "open": true, "n": 9_i64, "$or": [{ "s": "x" }, { "s": "y" }] },
        ] {
            assert!(implied(&filter, &index), "{filter}");
        }
        for filter in [
            doc! { "n": 6, "s": "x" },
            doc! { "open": false, "n": 6, "s": "x" },
            doc! { "open": true, "n": { "$gte": 5 }, "s": "x" },
            doc! { "open": true, "n": 5, "s": "x" },
            doc! { "open": true, "n": 6, "s": "z" },
            doc! { "open": true, "n": 6, "$or": [{ "s": "x" }, { "s": "z" }] },
        ] {
            assert!(!implied(&filter, &index), "{filter}");
        }
        let there = doc! { "a": { "$exists": true } };
        assert!(implied(&doc! { "a": 1 }, &there) && implied(&doc! { "a": { "$lt": 3 } }, &there));
        assert!(!implied(&doc! { "a": null }, &there) && !implied(&doc! { "a": { "$ne": 1 } }, &there));
        let below = doc! { "a": { "$lt": 5 } };
        assert!(implied(&doc! { "a": { "$lt": 5 } }, &below) && implied(&doc! { "a": { "$lte": 4 } }, &below));
        assert!(!implied(&doc! { "a": { "$lte": 5 } }, &below) && !implied(&doc! { "a": "x" }, &below));
    }

    #[test]
    fn texts_are_compared_as_the_index_does() {
        let of = |filter: Document, index: Document, texts: Texts| implies(&Conditions::of(&filter), &index, texts);
        let (above, equal, least) = (doc! { "a": { "$gte": "m" } }, doc! { "a": "m" }, doc! { "a": { "$gte": "" } });
        assert!(of(doc! { "a": "z" }, above.clone(), Texts::Bytes) && !of(doc! { "a": "z" }, above.clone(), Texts::Alike));
        assert!(of(above.clone(), above.clone(), Texts::Alike) && !of(above.clone(), above, Texts::Apart));
        assert!(of(equal.clone(), equal.clone(), Texts::Alike) && !of(equal.clone(), equal, Texts::Apart));
        assert!(of(doc! { "a": "z" }, least.clone(), Texts::Alike) && !of(doc! { "a": "z" }, least, Texts::Apart));
        assert!(of(doc! { "a": 3 }, doc! { "a": { "$gt": 2 } }, Texts::Apart));
    }
}
