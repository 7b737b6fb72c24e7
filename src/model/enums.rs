//! [`Enum`]: a type of named values, stored by name.

use crate::codec::{DecodeError, Encode, Raw, Writer};

/// An enum of plain variants, stored by name. Derived by [`#[derive(Enum)]`](macro@crate::Enum).
pub trait Enum: Sized + Send + Sync + 'static {
    /// The stored names, in the order of the variants.
    const NAMES: &'static [&'static str];

    /// The position of this variant.
    fn index(&self) -> usize;

    /// The variant at a position.
    fn from_index(index: usize) -> Option<Self>;
}

/// Writes the stored name.
pub(crate) fn encode_enum<E: Enum>(value: &E, w: &mut Writer) {
    match E::NAMES.get(value.index()) {
        Some(name) => name.encode(w),
        None => w.fail("a variant with a name"),
    }
}

/// Reads a stored name; an unknown one is an error that lists the known ones.
pub(crate) fn decode_enum<'a, E: Enum>(raw: &Raw<'a>) -> Result<E, DecodeError> {
    let name = raw.text_bytes()?;
    let index = E::NAMES.iter().position(|known| known.as_bytes() == name);
    index.and_then(E::from_index).ok_or_else(|| {
        let known: Vec<String> = E::NAMES.iter().map(|name| format!("`{name}`")).collect();
        DecodeError::new(format!("one of {}", known.join(", ")), "another name").with_detail(String::from_utf8_lossy(name))
    })
}
