//! [`Enum`]: a type of named values, stored by name or by number.

use crate::{
    codec::{Decode, DecodeError, Encode, Raw, Writer},
    schema::EnumSchema,
};
use std::borrow::Cow;

/// An enum of plain variants, stored by name or by number. Derived by [`#[derive(Enum)]`](macro@crate::Enum).
pub trait Enum: Sized + Send + Sync + 'static {
    /// What is stored of each variant, in order.
    const STORED: EnumSchema;

    /// The position of this variant; that of the variant which keeps other values is behind all of them.
    fn index(&self) -> usize;

    /// The variant at a position.
    fn from_index(index: usize) -> Option<Self>;
}

/// Writes what is stored of the variant.
pub(crate) fn encode_enum<E: Enum>(value: &E, w: &mut Writer) {
    let index = value.index();
    let written = match E::STORED.numbers {
        None => E::STORED.names.get(index).map(|name| name.encode(w)),
        Some(numbers) => numbers.get(index).map(|number| match i32::try_from(*number) {
            Ok(short) if !E::STORED.long => short.encode(w),
            _ => number.encode(w),
        }),
    };
    if written.is_none() {
        w.fail("a variant that can be stored");
    }
}

/// Reads a variant; nothing for a value that is stored of none.
pub(crate) fn find_variant<E: Enum>(raw: &Raw<'_>) -> Result<Option<E>, DecodeError> {
    let index = match E::STORED.numbers {
        None => {
            let name = raw.text_bytes()?;
            E::STORED.names.iter().position(|known| known.as_bytes() == name)
        }
        Some(numbers) => {
            let number = i64::decode(raw)?;
            numbers.iter().position(|known| *known == number)
        }
    };
    Ok(index.and_then(E::from_index))
}

/// Reads a variant; any other value is an error that lists the known ones.
pub(crate) fn decode_enum<E: Enum>(raw: &Raw<'_>) -> Result<E, DecodeError> {
    if let Some(variant) = find_variant(raw)? {
        return Ok(variant);
    }
    Err(match E::STORED.numbers {
        None => DecodeError::unknown_name(E::STORED.names, raw.text_bytes()?),
        Some(numbers) => {
            let known: Vec<String> = numbers.iter().zip(E::STORED.names).map(|(number, name)| format!("{number} (`{name}`)")).collect();
            DecodeError::new(format!("one of {}", known.join(", ")), "another number").with_detail(i64::decode(raw)?.to_string())
        }
    })
}

/// The name of a variant as the key of a map.
pub(crate) fn enum_key<E: Enum>(value: &E) -> Cow<'_, str> {
    Cow::Borrowed(E::STORED.names.get(value.index()).copied().unwrap_or_default())
}

/// The variant that a map's key names.
pub(crate) fn enum_of_key<E: Enum>(key: &str) -> Option<E> {
    E::STORED.names.iter().position(|name| *name == key).and_then(E::from_index)
}
