//! Writing bytes: a [`Writer`] holds the document under construction.
//!
//! Filled by [`Encode`](super::Encode), emptied by whoever sends the document. The first fault is kept with its path and everything after
//! it is written but never handed out, so generated code needs no error handling between two fields.

use super::{Encode, EncodeError, HIDDEN_KEY, MAX_DEPTH, tag};

/// A BSON document under construction.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// Where the type byte of the current element stands.
    tag_at: usize,
    depth: u8,
    fault: Option<Fault>,
}

/// The first fault; `depth` is the level at which its path is still open.
#[derive(Clone, Debug)]
struct Fault {
    error: EncodeError,
    depth: u8,
}

impl Writer {
    /// The bytes of the document whose elements `fill` writes.
    ///
    /// # Errors
    /// The first value that BSON or the server cannot hold, with its path.
    pub fn build(fill: impl FnOnce(&mut Self)) -> Result<Vec<u8>, EncodeError> {
        let mut writer = Self { bytes: Vec::with_capacity(512), ..Self::default() };
        writer.root(fill);
        writer.finish()
    }

    /// A writer of elements that will stand in an outermost document, one level deep already.
    pub(crate) fn of_elements() -> Self {
        Self { depth: 1, ..Self::default() }
    }

    /// Appends one outermost document; several may follow each other.
    pub fn root(&mut self, fill: impl FnOnce(&mut Self)) {
        self.body(fill);
    }

    /// Everything that was written.
    ///
    /// # Errors
    /// The first value that BSON or the server cannot hold, with its path.
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.fault {
            Some(fault) => Err(fault.error),
            None => Ok(self.bytes),
        }
    }

    /// Writes one element of a document, or nothing where the value is absent (`None`).
    #[inline]
    pub fn field(&mut self, name: &str, value: &(impl Encode + ?Sized)) {
        if !value.is_absent() {
            self.element(name, value);
        }
    }

    /// Writes one element of a document, null where the value is absent.
    #[inline]
    pub fn field_or_null(&mut self, name: &str, value: &(impl Encode + ?Sized)) {
        self.element(name, value);
    }

    /// Writes one element whatever the value is, and gives a fault in it this element's name.
    #[inline]
    pub(super) fn element(&mut self, name: &str, value: &(impl Encode + ?Sized)) {
        self.named(name, value);
        if self.fault.is_some() {
            self.name_fault(name);
        }
    }

    #[inline]
    fn named(&mut self, name: &str, value: &(impl Encode + ?Sized)) {
        self.tag_at = self.bytes.len();
        self.bytes.push(tag::NULL);
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(0);
        value.encode(self);
    }

    /// Writes a key that comes from a value, such as a map's; NUL cannot stand in one.
    pub(super) fn key(&mut self, name: &str, value: &(impl Encode + ?Sized)) {
        if name.contains('\0') {
            self.fail("a key without NUL");
        }
        self.named(name, value);
        if self.fault.is_some() {
            self.name_fault(HIDDEN_KEY);
        }
    }

    /// Writes an array of `items`.
    pub(super) fn array<'v, T: Encode + 'v>(&mut self, items: impl Iterator<Item = &'v T>) {
        self.set_tag(tag::ARRAY);
        self.body(|w| {
            for (index, item) in items.enumerate() {
                let mut digits = [0; 20];
                w.named(decimal(index, &mut digits), item);
                if w.fault.is_some() {
                    w.name_fault(&format!("[{index}]"));
                }
            }
        });
    }

    /// Writes an embedded document whose elements `fill` writes.
    #[inline]
    pub fn document(&mut self, fill: impl FnOnce(&mut Self)) {
        self.set_tag(tag::DOCUMENT);
        self.body(fill);
    }

    #[inline]
    fn body(&mut self, fill: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_DEPTH {
            return self.fail("at most 180 levels of nesting");
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        self.depth += 1;
        fill(self);
        self.depth -= 1;
        self.bytes.push(0);
        self.set_length(start);
    }

    /// Writes the number of bytes since `start` at `start`.
    #[inline]
    fn set_length(&mut self, start: usize) {
        match i32::try_from(self.bytes.len() - start) {
            Ok(len) => self.bytes[start..start + 4].copy_from_slice(&len.to_le_bytes()),
            Err(_) => self.fail("at most 2 GiB"),
        }
    }

    #[inline]
    pub(super) fn set_tag(&mut self, tag: u8) {
        self.bytes[self.tag_at] = tag;
    }

    /// Writes a value of which the bytes are known.
    #[inline]
    pub(super) fn value(&mut self, tag: u8, bytes: &[u8]) {
        self.set_tag(tag);
        self.bytes.extend_from_slice(bytes);
    }

    #[inline]
    pub(super) fn string(&mut self, tag: u8, text: &str) {
        self.set_tag(tag);
        match i32::try_from(text.len() + 1) {
            Ok(len) => self.bytes.extend_from_slice(&len.to_le_bytes()),
            Err(_) => self.fail("at most 2 GiB"),
        }
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(0);
    }

    pub(super) fn binary(&mut self, subtype: u8, bytes: &[u8]) {
        self.set_tag(tag::BINARY);
        match i32::try_from(bytes.len()) {
            Ok(len) => self.bytes.extend_from_slice(&len.to_le_bytes()),
            Err(_) => self.fail("at most 2 GiB"),
        }
        self.bytes.push(subtype);
        self.bytes.extend_from_slice(bytes);
    }

    /// Copies bytes that hold whole elements, as another writer made them.
    pub(crate) fn splice(&mut self, elements: &[u8]) {
        self.bytes.extend_from_slice(elements);
    }

    /// Copies one element of which the parts are known.
    pub(super) fn splice_element(&mut self, tag: u8, name: &[u8], value: &[u8]) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(name);
        self.bytes.push(0);
        self.bytes.extend_from_slice(value);
    }

    /// How many bytes there are; with [`since`](Self::since), the elements written between two moments.
    pub(crate) fn position(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes written since `position`.
    pub(crate) fn since(&self, position: usize) -> &[u8] {
        &self.bytes[position..]
    }

    /// The first value that could not be stored.
    pub(crate) fn fault(&self) -> Option<&EncodeError> {
        self.fault.as_ref().map(|fault| &fault.error)
    }

    /// Notes that the current value cannot be stored; `rule` says what could.
    pub fn fail(&mut self, rule: &'static str) {
        if self.fault.is_none() {
            self.fault = Some(Fault { error: EncodeError::of(rule), depth: self.depth });
        }
    }

    /// Notes that the field `name` of the current document cannot be stored.
    pub(crate) fn fail_at(&mut self, name: &str, rule: &'static str) {
        if self.fault.is_none() {
            self.fail(rule);
            self.name_fault(name);
        }
    }

    /// Puts `name` in front of the fault's path while the walk goes back up from it.
    #[cold]
    fn name_fault(&mut self, name: &str) {
        if let Some(fault) = &mut self.fault
            && fault.depth == self.depth
        {
            fault.error.prepend(name);
            // At the outermost element the path is whole; no level has that number.
            fault.depth = fault.depth.checked_sub(1).unwrap_or(u8::MAX);
        }
    }
}

/// `index` in decimal digits.
fn decimal(mut index: usize, digits: &mut [u8; 20]) -> &str {
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (index % 10) as u8;
        index /= 10;
        if index == 0 {
            break;
        }
    }
    std::str::from_utf8(&digits[at..]).unwrap_or_default()
}
