//! [`Decode`]: a value's way out of bytes, and what is said where it fails.

use super::{Raw, encode::join_front, tag};
use std::{borrow::Cow, fmt};

/// A type that can be read from a document; `'a` is the life of the bytes, for what borrows from them.
#[diagnostic::on_unimplemented(
    message = "a document cannot hold `{Self}`",
    label = "not a type that a document can hold",
    note = "derive `Composite` or `Enum` for it"
)]
pub trait Decode<'a>: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// Where the value has another type, or one that cannot be converted without loss.
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError>;

    /// What a missing or null field reads as, where that is anything: `None`, an empty list.
    #[inline]
    fn absent() -> Option<Self> {
        None
    }

    /// Reads a list of such values: an array, or for bytes a Binary.
    ///
    /// # Errors
    /// Where the value is no list, or one of its items cannot be read.
    fn decode_list(raw: &Raw<'a>) -> Result<Vec<Self>, DecodeError> {
        let mut elements = raw.items()?;
        let mut items = Vec::new();
        while let Some((_, value)) = elements.next()? {
            items.push(Self::decode(&value).map_err(|e| e.at_index(items.len()))?);
        }
        Ok(items)
    }
}

/// A model or composite from the bytes of its document.
///
/// # Errors
/// Where the bytes are no BSON, or not what the type says; the error has the path, and what was expected and found.
pub fn from_document<'a, T: Decode<'a>>(document: &'a [u8]) -> Result<T, DecodeError> {
    T::decode(&Raw::document(document)?)
}

/// What stands for a map's key in a path: keys are values of the document, and do not belong into a message.
pub(crate) const HIDDEN_KEY: &str = "{…}";

/// A document that does not hold what its type says.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    path: String,
    expected: Cow<'static, str>,
    found: Cow<'static, str>,
    detail: Option<String>,
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(expected: impl Into<Cow<'static, str>>, found: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { path: String::new(), expected: expected.into(), found: found.into(), detail: None }))
    }

    /// Bytes that are no BSON.
    #[cold]
    pub(crate) fn malformed() -> Self {
        Self::new("BSON", "malformed bytes")
    }

    /// A value of another type.
    #[cold]
    pub(crate) fn mismatch(expected: &'static str, found: &Raw<'_>) -> Self {
        Self::new(expected, tag::name(found.tag()))
    }

    /// A name that is none of `known`.
    #[cold]
    pub(crate) fn unknown_name(known: &[&str], found: &[u8]) -> Self {
        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        Self::new(format!("one of {}", known.join(", ")), "another name").with_detail(String::from_utf8_lossy(found))
    }

    /// Keeps what must not stand in a message: a value of the document.
    #[cold]
    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// The error one level up, in the field or key `name`.
    #[cold]
    pub(crate) fn at(mut self, name: &str) -> Self {
        join_front(&mut self.0.path, name);
        self
    }

    /// The error one level up, at a key of a map. The key is a value of the document, so only the detail has it.
    #[cold]
    pub(crate) fn at_key(mut self, key: &str) -> Self {
        self.0.detail.get_or_insert_with(|| format!("key `{key}`"));
        self.at(HIDDEN_KEY)
    }

    /// The error one level up, in the item `index` of a list.
    #[cold]
    pub(crate) fn at_index(self, index: usize) -> Self {
        self.at(&format!("[{index}]"))
    }

    /// The stored path, such as `attachments[2].url`; empty where the document itself is at fault.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What the type needs there.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What the document holds there: a type, never a value.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The value at fault where a message must not show it, such as an unknown name of an enum.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            "" => write!(f, "expected {}, found {}", self.expected(), self.found()),
            path => write!(f, "`{path}`: expected {}, found {}", self.expected(), self.found()),
        }
    }
}

// As it is displayed: the detail is a value of the document.
impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({self})")
    }
}

impl std::error::Error for DecodeError {}
