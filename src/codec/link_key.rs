//! [`LinkKey`]: keys and ids as they are compared. Two values that the server takes for equal are one, whatever numeric type holds them.
//!
//! Asked by `render`, which plans what is linked, and by `relation`, which reads what is stored.

use super::{
    Raw,
    equal::{Number, equal_form},
    tag, to_document,
};
use bson::{Bson, doc};
use std::collections::HashSet;

/// The value of a key or id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LinkKey {
    ObjectId([u8; 12]),
    Whole(i64),
    /// Anything else, in the form of all that is equal to it.
    Other(Vec<u8>),
}

impl LinkKey {
    pub(crate) fn of(raw: Raw<'_>) -> Self {
        if let (tag::OBJECT_ID, Ok(id)) = (raw.tag(), raw.bytes().try_into()) {
            return Self::ObjectId(id);
        }
        match Number::of(&raw) {
            Some(Number::Whole(number)) => Self::Whole(number),
            _ => Self::Other(equal_form(&raw)),
        }
    }

    /// The key that a value is.
    pub(crate) fn of_value(value: &Bson) -> Self {
        match value {
            Bson::ObjectId(id) => Self::ObjectId(id.bytes()),
            Bson::Int32(number) => Self::Whole((*number).into()),
            Bson::Int64(number) => Self::Whole(*number),
            value => {
                let bytes = to_document(&doc! { "v": value }).unwrap_or_default();
                let raw = Raw::document(&bytes).and_then(|document| document.get("v"));
                // What BSON cannot hold is no key.
                raw.ok().flatten().map_or(Self::NONE, Self::of)
            }
        }
    }

    /// What stands for no key.
    pub(crate) const NONE: Self = Self::Other(Vec::new());
}

/// Each item once, in order; of those whose values are one key the first.
pub(crate) fn distinct_by<T>(mut items: Vec<T>, value: impl Fn(&T) -> &Bson) -> Vec<T> {
    let mut seen = HashSet::with_capacity(items.len());
    items.retain(|item| seen.insert(LinkKey::of_value(value(item))));
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_ids_the_first_stays() {
        let half = || Bson::Decimal128("0.50".parse().unwrap());
        let part = |number: Bson| Bson::from(doc! { "n": number });
        let ids = vec![
            Bson::Int64(1),
            "1".into(),
            Bson::Int32(1),
            Bson::Double(1.0),
            Bson::Double(0.5),
            half(),
            part(2_i64.into()),
            part(2.into()),
            Bson::Boolean(true),
            Bson::Int32(3),
        ];
        let left = distinct_by(ids, |id| id);
        let once = [Bson::Int64(1), "1".into(), Bson::Double(0.5), part(2_i64.into()), Bson::Boolean(true), Bson::Int32(3)];
        assert_eq!(left, once);
    }
}
