//! [`Decode`]: a value's way out of bytes, the walk of a derived decoder, and what is said where it fails.

use super::{Elements, Name, Raw, encode::join_front, tag};
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

/// The walk of a derived decoder over one document.
///
/// It tries the declared next field first, refuses a field that comes twice and ignores what the type does not declare.
#[derive(Debug)]
pub struct StructReader<'a> {
    elements: Elements<'a>,
    names: &'static [Name],
    /// The declared field that is expected next.
    expected: usize,
    /// The field that [`next`](Self::next) gave last, and its value. They stay here instead of being handed around: a value that is stored
    /// in parts and loaded as a whole waits for its stores.
    current: usize,
    value: Raw<'a>,
    /// The elements from the start on, and the first declared field after all that came: one from there on came never before.
    all: Elements<'a>,
    untouched: usize,
    /// The first field that is neither there nor has a value without being there.
    missing: Option<usize>,
}

impl<'a> StructReader<'a> {
    /// A walk over the document in `raw`, whose declared fields are stored as `names`.
    ///
    /// # Errors
    /// Where the value is no document.
    #[inline]
    pub fn new(raw: &Raw<'a>, names: &'static [Name]) -> Result<Self, DecodeError> {
        let elements = raw.fields()?;
        Ok(Self { elements, names, expected: 0, current: 0, value: *raw, all: elements, untouched: 0, missing: None })
    }

    /// The index of the next declared field, whose value the next [`put`](Self::put) reads.
    ///
    /// # Errors
    /// Where the bytes do not hold what they announce.
    // Not `Iterator`: an error ends the walk. Not generic and not inlined: one function serves the decoders of all models.
    #[allow(clippy::should_implement_trait)]
    #[inline(never)]
    pub fn next(&mut self) -> Result<Option<usize>, DecodeError> {
        if let Some(name) = self.names.get(self.expected)
            && let Some(value) = self.elements.next_is(name)?
        {
            let index = self.expected;
            return self.take(index, value).map(Some);
        }
        self.search()
    }

    #[inline(never)]
    fn search(&mut self) -> Result<Option<usize>, DecodeError> {
        while let Some((found, value)) = self.elements.next()? {
            if let Some(index) = self.names.iter().position(|name| name.text().as_bytes() == found) {
                return self.take(index, value).map(Some);
            }
        }
        Ok(None)
    }

    #[inline(always)]
    fn take(&mut self, index: usize, value: Raw<'a>) -> Result<usize, DecodeError> {
        self.current = index;
        self.expected = index + 1;
        self.value = value;
        if index >= self.untouched {
            self.untouched = index + 1;
        } else {
            self.refuse_second(index)?;
        }
        Ok(index)
    }

    /// Out of order: looks whether the field came before. The server reads the first of two, others the last; we refuse to choose.
    #[cold]
    fn refuse_second(&self, index: usize) -> Result<(), DecodeError> {
        let name = self.names[index].text();
        let mut earlier = self.all;
        while let Some((found, _)) = earlier.next()? {
            if earlier.remaining() <= self.elements.remaining() {
                break;
            }
            if found == name.as_bytes() {
                return Err(DecodeError::new("the field once", "the field twice").at(name));
            }
        }
        Ok(())
    }

    /// Reads the field that [`next`](Self::next) gave into its slot. A null leaves the slot as a missing field does.
    ///
    /// # Errors
    /// Where the value cannot be read, with the field's name.
    pub fn put<T: Decode<'a>>(&self, slot: &mut Option<T>) -> Result<(), DecodeError> {
        if self.value.is_null() {
            return Ok(());
        }
        match T::decode(&self.value) {
            Ok(value) => *slot = Some(value),
            Err(error) => return Err(error.at(self.names[self.current].text())),
        }
        Ok(())
    }

    /// After the walk: gives an empty slot what a missing field reads as, or notes that the field is missing.
    #[inline]
    pub fn settle<T: Decode<'a>>(&mut self, slot: &mut Option<T>, index: usize) {
        if slot.is_none() {
            *slot = T::absent();
            if slot.is_none() && self.missing.is_none() {
                self.missing = Some(index);
            }
        }
    }

    /// After the walk: gives an empty slot the field's constant default.
    #[inline]
    pub fn settle_or<T>(&mut self, slot: &mut Option<T>, default: fn() -> T) {
        if slot.is_none() {
            *slot = Some(default());
        }
    }

    /// The error for the first field that [`settle`](Self::settle) found missing.
    #[cold]
    #[must_use]
    pub fn missing(&self) -> DecodeError {
        let error = DecodeError::new("a value", "nothing");
        match self.missing.and_then(|index| self.names.get(index)) {
            Some(name) => error.at(name.text()),
            None => error,
        }
    }
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
