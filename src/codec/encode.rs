//! [`Encode`]: a value's way into bytes, and what is said where it has none.

use super::{Raw, Writer, external::raw_to_bson};
use bson::Bson;
use std::fmt;

/// A type that a document can hold: how its values are written.
///
/// Derived by `Composite`, `Enum` and `Model`; implemented for the types of the table in the crate's documentation.
#[diagnostic::on_unimplemented(
    message = "a document cannot hold `{Self}`",
    label = "not a type that a document can hold",
    note = "derive `Composite` or `Enum` for it"
)]
pub trait Encode {
    /// Writes this value as the current element.
    fn encode(&self, w: &mut Writer);

    /// Whether a document leaves this value out, as it does with `None`. Lists and maps never do: there it is null.
    #[inline]
    fn is_absent(&self) -> bool {
        false
    }

    /// Writes a list of such values: an array, or for bytes a Binary.
    #[inline]
    fn encode_list(items: &[Self], w: &mut Writer)
    where
        Self: Sized,
    {
        w.array(items.iter());
    }
}

/// A type that is a document of its own: how its elements are written.
pub trait EncodeDocument: Encode {
    /// Writes one element for each stored field that is not absent.
    fn encode_fields(&self, w: &mut Writer);
}

/// The bytes of a model's or composite's document.
///
/// # Errors
/// The first value that BSON or the server cannot hold, with its path.
pub fn to_document(value: &impl EncodeDocument) -> Result<Vec<u8>, EncodeError> {
    Writer::build(|w| value.encode_fields(w))
}

/// One value as the codec stores it; `None` is null.
///
/// # Errors
/// A value that BSON or the server cannot hold.
pub fn to_bson(value: &(impl Encode + ?Sized)) -> Result<Bson, EncodeError> {
    let bytes = Writer::build(|w| w.element("", value)).map_err(EncodeError::unnamed)?;
    let read = Raw::document(&bytes).and_then(|document| document.get("")?.map(raw_to_bson).transpose());
    // What the writer wrote, the reader reads; a fault here would be the codec's own.
    Ok(read.ok().flatten().unwrap_or(Bson::Null))
}

/// A value that cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    path: String,
    rule: &'static str,
}

impl EncodeError {
    /// A value that breaks this rule.
    pub(crate) fn of(rule: &'static str) -> Self {
        Self(Box::new(Inner { path: String::new(), rule }))
    }

    pub(super) fn prepend(&mut self, name: &str) {
        join_front(&mut self.0.path, name);
    }

    /// The fault without the nameless element that [`to_bson`] puts around a value.
    fn unnamed(mut self) -> Self {
        self.0.path = self.0.path.trim_start_matches('.').to_owned();
        self
    }

    /// The stored path of the value, empty where the value stands alone.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What can be stored there.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.0.rule
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            "" => write!(f, "the value cannot be stored: expected {}", self.rule()),
            path => write!(f, "`{path}` cannot be stored: expected {}", self.rule()),
        }
    }
}

impl std::error::Error for EncodeError {}

/// Puts `name` in front of a dotted path; an index in brackets follows what it is an index of without a dot.
pub(super) fn join_front(path: &mut String, name: &str) {
    if !path.is_empty() && !path.starts_with('[') {
        path.insert(0, '.');
    }
    path.insert_str(0, name);
}
