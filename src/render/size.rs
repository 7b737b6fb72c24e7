//! How large a rendered document is, and how deep: what the server would refuse is refused before it is sent.

use crate::{
    Error, Result,
    schema::{MAX_DOCUMENT, Schema},
};
use bson::{Bson, Document};

/// How deep a rendered filter may be: the server takes 200 levels in the whole command, of which its own and those of guards are some.
const MAX_LEVELS: usize = 180;

/// Refuses a filter or an update that no command can carry.
///
/// # Errors
/// More than 16 MiB, or more levels than the server reads.
pub(super) fn check_size<'d>(schema: &Schema, what: &str, parts: impl IntoIterator<Item = &'d Document>) -> Result<()> {
    let mut size = Size::default();
    for part in parts {
        let part = Size::of_document(part);
        size = Size { bytes: size.bytes + part.bytes, levels: size.levels.max(part.levels) };
    }
    if size.bytes > MAX_DOCUMENT {
        return Err(Error::rule(schema, "", format!("{what} of at most 16 MiB")));
    }
    if size.levels > MAX_LEVELS {
        return Err(Error::rule(
            schema,
            "",
            format!("{what} of fewer levels: as it is sent, it has {}, and {MAX_LEVELS} are the most", size.levels),
        ));
    }
    Ok(())
}

/// How many bytes the value takes.
pub(crate) fn size_of_value(value: &Bson) -> usize {
    Size::of(value).bytes
}

/// The bytes of a value in BSON, and how many documents and arrays stand in one another.
#[derive(Clone, Copy, Default)]
struct Size {
    bytes: usize,
    levels: usize,
}

impl Size {
    fn of_document(document: &Document) -> Self {
        Self::of_elements(document.iter().map(|(name, value)| (name.len(), value)))
    }

    /// An element is its type, its name with a NUL, and its value; around all are the length and a NUL.
    fn of_elements<'v>(elements: impl Iterator<Item = (usize, &'v Bson)>) -> Self {
        let mut size = Self { bytes: 5, levels: 0 };
        for (name, value) in elements {
            let value = Self::of(value);
            size.bytes += 2 + name + value.bytes;
            size.levels = size.levels.max(value.levels);
        }
        size.levels += 1;
        size
    }

    fn of(value: &Bson) -> Self {
        let bytes = match value {
            Bson::Document(document) => return Self::of_document(document),
            Bson::Array(items) => {
                let digits = |index: usize| index.checked_ilog10().unwrap_or(0) as usize + 1;
                return Self::of_elements(items.iter().enumerate().map(|(index, item)| (digits(index), item)));
            }
            Bson::String(text) | Bson::Symbol(text) | Bson::JavaScriptCode(text) => 5 + text.len(),
            Bson::Binary(binary) => 5 + binary.bytes.len(),
            Bson::RegularExpression(regex) => 2 + regex.pattern.as_str().len() + regex.options.as_str().len(),
            Bson::Null | Bson::Undefined | Bson::MinKey | Bson::MaxKey => 0,
            Bson::Boolean(_) => 1,
            Bson::Int32(_) => 4,
            Bson::ObjectId(_) => 12,
            Bson::Decimal128(_) => 16,
            _ => 8,
        };
        Self { bytes, levels: 0 }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use bson::{Binary, doc, oid::ObjectId, spec::BinarySubtype};

    #[test]
    fn the_size_is_that_of_the_bytes() {
        let bytes = Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2] };
        let items: Vec<i64> = (0..120).collect();
        let document = doc! {
            "a": [1, "b", { "c": Bson::Null, "d": [[]] }], "e": 1.5, "f": ObjectId::new(), "g": true, "h": bytes, "i": items,
            "j": bson::DateTime::from_millis(1), "k": bson::Regex { pattern: "a".try_into().unwrap(), options: "i".try_into().unwrap() },
        };
        let size = Size::of_document(&document);
        assert_eq!(size.bytes, document.to_vec().unwrap().len());
        assert_eq!(size.levels, 5);
    }
}
