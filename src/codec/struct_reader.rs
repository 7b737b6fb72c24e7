//! The walk of a derived decoder over one document.

use super::{Decode, DecodeError, Elements, Encode, Name, Raw, Storage, Writer};

/// What has a name in a document.
pub trait StoredName {
    /// The name.
    fn stored_name(&self) -> &'static str;
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

    /// Reads the field that [`next`](Self::next) gave into its slot, from how `S` stores it.
    ///
    /// # Errors
    /// Where the value cannot be read, with the field's name.
    pub fn put_as<S: Storage<T>, T>(&self, slot: &mut Option<T>) -> Result<(), DecodeError> {
        if self.value.is_null() {
            return Ok(());
        }
        match S::decode(&self.value) {
            Ok(value) => *slot = Some(value),
            Err(error) => return Err(error.at(self.names[self.current].text())),
        }
        Ok(())
    }

    /// After the walk: as [`settle`](Self::settle), for a field that `S` stores.
    pub fn settle_as<S: Storage<T>, T>(&mut self, slot: &mut Option<T>, index: usize) {
        if slot.is_none() {
            *slot = S::absent();
            if slot.is_none() && self.missing.is_none() {
                self.missing = Some(index);
            }
        }
    }

    /// All elements whose name none of `declared` has, as a document of their own.
    ///
    /// # Errors
    /// Where one of them cannot be read.
    pub fn extra<E: for<'e> Decode<'e>>(&self, declared: &[impl StoredName]) -> Result<E, DecodeError> {
        let mut unknown = Writer::of_elements();
        let mut elements = self.all;
        while let Some((name, value)) = elements.next()? {
            if !is_declared(declared, name) {
                unknown.splice_element(value.tag(), name, value.bytes());
            }
        }
        let document = Writer::build(|w| w.splice(unknown.since(0))).map_err(|_| DecodeError::malformed())?;
        E::decode(&Raw::document(&document)?)
    }

    /// For a type that takes no other fields: refuses an element whose name none of `declared` has.
    ///
    /// # Errors
    /// The first such element.
    pub fn refuse_unknown(&self, declared: &[impl StoredName]) -> Result<(), DecodeError> {
        let mut elements = self.all;
        while let Some((name, value)) = elements.next()? {
            if !is_declared(declared, name) {
                return Err(DecodeError::mismatch("no other field", &value).at(&String::from_utf8_lossy(name)));
            }
        }
        Ok(())
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

fn is_declared(declared: &[impl StoredName], name: &[u8]) -> bool {
    declared.iter().any(|field| field.stored_name().as_bytes() == name)
}

/// Which of the variants `names` the field `tag` of a tagged union holds.
///
/// # Errors
/// Where the tag is missing, is no text, or names none of them.
pub fn find_tag(raw: &Raw<'_>, tag: &'static str, names: &'static [&'static str]) -> Result<usize, DecodeError> {
    let Some(value) = raw.get(tag)? else {
        return Err(DecodeError::new("the name of a variant", "nothing").at(tag));
    };
    let found = value.text_bytes().map_err(|error| error.at(tag))?;
    let index = names.iter().position(|name| name.as_bytes() == found);
    index.ok_or_else(|| DecodeError::unknown_name(names, found).at(tag))
}

/// Writes the entries of a document among the elements of another, of which `declared` are the fields.
pub fn encode_extra(entries: &impl Encode, declared: &[impl StoredName], w: &mut Writer) {
    let written = Writer::build(|w| w.field_or_null("", entries));
    let bytes = match written {
        Ok(bytes) => bytes,
        Err(error) => return w.fail_at(error.path().trim_start_matches('.'), error.rule()),
    };
    let Ok(Some(entries)) = Raw::document(&bytes).and_then(|document| document.get("")) else { return };
    let Ok(mut elements) = entries.fields() else { return w.fail("a document of further fields") };
    while let Ok(Some((name, value))) = elements.next() {
        if is_declared(declared, name) {
            return w.fail_at(&String::from_utf8_lossy(name), "a name that no declared field has, among the further ones");
        }
        w.splice_element(value.tag(), name, value.bytes());
    }
}
