//! Reading bytes: [`Raw`] is one value where it lies, [`Elements`] walks a document or list.
//!
//! Filled by whoever holds a reply of the server, read by [`Decode`](super::Decode). Every length is checked before it is used, what is
//! skipped is skipped by its length, and the depth is counted on the way down, so hostile bytes end in an error.

use super::{DecodeError, tag};

/// How deep documents may nest, counting the outermost as one: what the server stores at most.
pub const MAX_DEPTH: u8 = 180;

/// One value in a document's bytes: its type, its depth and its bytes, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a> {
    tag: u8,
    depth: u8,
    bytes: &'a [u8],
}

impl<'a> Raw<'a> {
    /// The outermost document in `bytes`, which must hold exactly that.
    ///
    /// # Errors
    /// Where the length in front is not the length of `bytes`, or the closing NUL is missing.
    pub fn document(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        match value_len(tag::DOCUMENT, bytes) {
            Some(len) if len == bytes.len() => Ok(Self { tag: tag::DOCUMENT, depth: 0, bytes }),
            _ => Err(DecodeError::malformed()),
        }
    }

    /// A document inside this value, in `bytes` that must hold exactly that.
    pub(super) fn inner_document(&self, bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Ok(Self { depth: self.depth + 1, ..Self::document(bytes)? })
    }

    /// The type byte of the BSON specification.
    #[inline]
    #[must_use]
    pub fn tag(&self) -> u8 {
        self.tag
    }

    /// The value's bytes, with the length in front where the type has one.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether the value is null (or the deprecated undefined).
    #[inline]
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.tag, tag::NULL | tag::UNDEFINED)
    }

    /// The value's bytes as an array, where the type says that there are `N`.
    #[inline]
    pub(super) fn fixed<const N: usize>(&self) -> Result<[u8; N], DecodeError> {
        self.bytes.try_into().map_err(|_| DecodeError::malformed())
    }

    /// The bytes of a string value, which may not be UTF-8.
    #[inline(always)]
    pub(crate) fn text_bytes(&self) -> Result<&'a [u8], DecodeError> {
        match (self.tag, self.bytes) {
            (tag::STRING, [_, _, _, _, text @ .., _]) => Ok(text),
            _ => Err(DecodeError::mismatch("String", self)),
        }
    }

    /// The text of a string value.
    #[inline(always)]
    pub(super) fn text(&self) -> Result<&'a str, DecodeError> {
        let text = self.text_bytes()?;
        std::str::from_utf8(text).map_err(|_| DecodeError::new("String", "a String that is not UTF-8"))
    }

    /// The elements of a document.
    ///
    /// # Errors
    /// Where the value is no document or lies deeper than [`MAX_DEPTH`].
    #[inline]
    pub fn fields(&self) -> Result<Elements<'a>, DecodeError> {
        self.elements(tag::DOCUMENT, "Document")
    }

    /// The elements of an array.
    ///
    /// # Errors
    /// Where the value is no array or lies deeper than [`MAX_DEPTH`].
    #[inline]
    pub fn items(&self) -> Result<Elements<'a>, DecodeError> {
        self.elements(tag::ARRAY, "Array")
    }

    #[inline]
    fn elements(&self, tag: u8, expected: &'static str) -> Result<Elements<'a>, DecodeError> {
        if self.tag != tag {
            return Err(DecodeError::mismatch(expected, self));
        }
        if self.depth >= MAX_DEPTH {
            return Err(DecodeError::new("at most 180 levels of nesting", "more"));
        }
        let inner = self.bytes.get(4..self.bytes.len() - 1).ok_or_else(DecodeError::malformed)?;
        Ok(Elements { rest: inner, depth: self.depth + 1 })
    }

    /// The first element of this document with that name; nested paths are the caller's.
    ///
    /// # Errors
    /// Where the value is no document, or its bytes are malformed up to the element.
    pub fn get(&self, name: &str) -> Result<Option<Raw<'a>>, DecodeError> {
        let mut fields = self.fields()?;
        while let Some((found, value)) = fields.next()? {
            if found == name.as_bytes() {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// What stands at the end of a path of names with dots in between, where everything on the way is a document.
    pub(crate) fn at(self, path: &str) -> Result<Option<Raw<'a>>, DecodeError> {
        let mut found = self;
        for name in path.split('.') {
            if found.tag != tag::DOCUMENT {
                return Ok(None);
            }
            match found.get(name)? {
                Some(value) => found = value,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }
}

/// The stored name of a declared field, with its first bytes as two numbers: most names are told by comparing those.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    text: &'static str,
    /// Up to 16 bytes of the name and the NUL behind it, as they stand in a document.
    head: [u64; 2],
    /// The bits of `head` that count.
    mask: [u64; 2],
}

impl Name {
    /// A name for a decoder's table.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let (mut head, mut mask, mut at) = ([0; 2], [0; 2], 0);
        while at <= bytes.len() && at < 16 {
            let byte = if at < bytes.len() { bytes[at] } else { 0 };
            head[at / 8] |= (byte as u64) << (8 * (at % 8));
            mask[at / 8] |= 0xFF << (8 * (at % 8));
            at += 1;
        }
        Self { text, head, mask }
    }

    /// The name as text.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// What follows the name and its NUL in `bytes`, where they begin with it.
    #[inline(always)]
    fn strip_from<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let end = self.text.len();
        if let Some(there) = bytes.first_chunk::<16>()
            && let (Some(first), Some(second)) = (there.first_chunk(), there.last_chunk())
            && end < 16
        {
            let differs = |at: usize, word: &[u8; 8]| (u64::from_le_bytes(*word) ^ self.head[at]) & self.mask[at];
            return (differs(0, first) | differs(1, second) == 0).then(|| &bytes[end + 1..]);
        }
        match bytes.strip_prefix(self.text.as_bytes())?.split_first() {
            Some((0, rest)) => Some(rest),
            _ => None,
        }
    }
}

/// A walk over the elements of one document or array.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    rest: &'a [u8],
    depth: u8,
}

impl<'a> Elements<'a> {
    /// The next element's name, as bytes, and its value.
    ///
    /// # Errors
    /// Where the bytes do not hold what they announce.
    // Not `Iterator`: an error ends the walk, and `?` on each step is what every caller wants.
    #[allow(clippy::should_implement_trait)]
    #[inline]
    pub fn next(&mut self) -> Result<Option<(&'a [u8], Raw<'a>)>, DecodeError> {
        let Some((&tag, rest)) = self.rest.split_first() else { return Ok(None) };
        let end = name_end(rest).ok_or_else(DecodeError::malformed)?;
        let value = self.value(tag, &rest[end + 1..])?;
        Ok(Some((&rest[..end], value)))
    }

    /// How many bytes are left.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Like [`next`](Self::next), where the next element is expected to be called `name`: true for the common case, without a search for
    /// the name's end.
    #[inline(always)]
    pub(super) fn next_is(&mut self, name: &Name) -> Result<Option<Raw<'a>>, DecodeError> {
        let Some((&tag, rest)) = self.rest.split_first() else { return Ok(None) };
        match name.strip_from(rest) {
            Some(rest) => self.value(tag, rest).map(Some),
            None => Ok(None),
        }
    }

    #[inline(always)]
    fn value(&mut self, tag: u8, rest: &'a [u8]) -> Result<Raw<'a>, DecodeError> {
        let len = value_len(tag, rest).ok_or_else(DecodeError::malformed)?;
        let (bytes, rest) = rest.split_at(len);
        self.rest = rest;
        Ok(Raw { tag, depth: self.depth, bytes })
    }
}

/// Where the first NUL is: eight bytes are looked at in one step.
#[inline]
fn name_end(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The lowest bit that is set stands in the first byte that is NUL; those above it may deceive.
        let nul = word.wrapping_sub(ONES) & !word & HIGHS;
        if nul != 0 {
            return Some(at * 8 + nul.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|&byte| byte == 0).map(|at| words.len() * 8 + at)
}

#[inline]
fn length(bytes: &[u8]) -> Option<usize> {
    usize::try_from(i32::from_le_bytes(*bytes.first_chunk()?)).ok()
}

/// How many of `bytes` the value at their start takes, or nothing where they are too few or do not end as the type demands.
#[inline(always)]
fn value_len(tag: u8, bytes: &[u8]) -> Option<usize> {
    let len = match tag {
        tag::DOUBLE | tag::DATE | tag::TIMESTAMP | tag::INT64 => 8,
        tag::INT32 => 4,
        tag::BOOLEAN => 1,
        tag::OBJECT_ID => 12,
        tag::NULL | tag::UNDEFINED | tag::MIN_KEY | tag::MAX_KEY => 0,
        tag::DECIMAL128 => 16,
        tag::STRING | tag::CODE | tag::SYMBOL => closed(bytes, 4 + length(bytes)?, 5)?,
        tag::DOCUMENT | tag::ARRAY => closed(bytes, length(bytes)?, 5)?,
        tag::BINARY => 5 + length(bytes)?,
        tag::REGEX => {
            let pattern = name_end(bytes)? + 1;
            pattern + name_end(&bytes[pattern..])? + 1
        }
        tag::DB_POINTER => closed(bytes, 4 + length(bytes)?, 5)? + 12,
        tag::CODE_WITH_SCOPE => Some(length(bytes)?).filter(|&len| len >= 14)?,
        _ => return None,
    };
    (len <= bytes.len()).then_some(len)
}

/// `len`, where it is at least `least`, within `bytes` and ends in NUL.
#[inline]
fn closed(bytes: &[u8], len: usize, least: usize) -> Option<usize> {
    (len >= least && *bytes.get(len - 1)? == 0).then_some(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_nul_is_found_whatever_stands_around_it() {
        // 0x01 and 0x80 are what the eight bytes of one step are counted with.
        for around in [0x01, 0x7F, 0x80, 0x81, 0xFF, b'a'] {
            for len in 0..=20 {
                assert_eq!(name_end(&vec![around; len]), None);
                for nul in 0..len {
                    let mut bytes = vec![around; len];
                    bytes[nul..].iter_mut().step_by(3).for_each(|byte| *byte = 0);
                    assert_eq!(name_end(&bytes), Some(nul), "{bytes:?}");
                    bytes[nul + 1..].fill(0x01);
                    assert_eq!(name_end(&bytes), Some(nul), "{bytes:?}");
                }
            }
        }
    }
}
