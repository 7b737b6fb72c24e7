//! Keys as they are compared: two values that the server takes for equal are one key, whatever numeric type holds them.

use crate::codec::{DecodeError, Number, Raw, equal_form, raw_to_bson, tag, to_document};
use bson::{Bson, doc};

/// The value of a key or id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum LinkKey {
    ObjectId([u8; 12]),
    Whole(i64),
    /// Anything else, in the form of all that is equal to it.
    Other(Vec<u8>),
}

impl LinkKey {
    pub(super) fn of(raw: Raw<'_>) -> Self {
        match (raw.tag(), <[u8; 12]>::try_from(raw.bytes()), Number::of(&raw)) {
            (tag::OBJECT_ID, Ok(id), _) => Self::ObjectId(id),
            (_, _, Some(Number::Whole(number))) => Self::Whole(number),
            _ => Self::Other(equal_form(&raw)),
        }
    }

    /// The key that a value is.
    pub(super) fn of_value(value: &Bson) -> Self {
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
    pub(super) const NONE: Self = Self::Other(Vec::new());
}

/// Calls `each` with every key that [`link_keys`] would give, without its value.
pub(super) fn each_key(document: &[u8], stored: &str, mut each: impl FnMut(LinkKey)) -> Result<(), DecodeError> {
    match Raw::document(document)?.get(stored)? {
        None => {}
        Some(raw) if raw.is_null() => {}
        Some(raw) if raw.tag() == tag::ARRAY => {
            let mut items = raw.items()?;
            while let Some((_, item)) = items.next()? {
                each(LinkKey::of(item));
            }
        }
        Some(raw) => each(LinkKey::of(raw)),
    }
    Ok(())
}

/// The keys that a document holds in its field `stored`: none where it is null or missing, one, or each of a list.
pub(super) fn link_keys(document: &[u8], stored: &str) -> Result<Vec<(LinkKey, Bson)>, DecodeError> {
    let with_value = |raw: Raw<'_>| Ok((LinkKey::of(raw), raw_to_bson(raw)?));
    match Raw::document(document)?.get(stored)? {
        None => Ok(Vec::new()),
        Some(raw) if raw.is_null() => Ok(Vec::new()),
        Some(raw) if raw.tag() == tag::ARRAY => {
            let (mut items, mut keys) = (raw.items()?, Vec::new());
            while let Some((_, item)) = items.next()? {
                keys.push(with_value(item)?);
            }
            Ok(keys)
        }
        Some(raw) => Ok(vec![with_value(raw)?]),
    }
}
