//! Types of the `bson` crate: they are stored as they are, those that hold any value too.

use super::{Decode, DecodeError, Encode, EncodeDocument, Raw, Writer, scalar::binary, tag};
use bson::{Binary, Bson, Document, JavaScriptCodeWithScope, Regex, Timestamp, oid::ObjectId};

// A value as it was read, byte for byte.
impl Encode for Raw<'_> {
    fn encode(&self, w: &mut Writer) {
        w.value(self.tag(), self.bytes());
    }
}

impl Encode for Binary {
    fn encode(&self, w: &mut Writer) {
        w.binary(self.subtype.into(), &self.bytes);
    }
}

impl<'a> Decode<'a> for Binary {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        binary(raw).map(|(subtype, bytes)| Self { subtype: subtype.into(), bytes: bytes.to_vec() })
    }
}

impl Encode for Timestamp {
    fn encode(&self, w: &mut Writer) {
        w.value(tag::TIMESTAMP, &(u64::from(self.time) << 32 | u64::from(self.increment)).to_le_bytes());
    }
}

impl<'a> Decode<'a> for Timestamp {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        if raw.tag() != tag::TIMESTAMP {
            return Err(DecodeError::mismatch("Timestamp", raw));
        }
        let [i0, i1, i2, i3, t0, t1, t2, t3] = raw.fixed()?;
        Ok(Self { time: u32::from_le_bytes([t0, t1, t2, t3]), increment: u32::from_le_bytes([i0, i1, i2, i3]) })
    }
}

impl Encode for Document {
    fn encode(&self, w: &mut Writer) {
        w.document(|w| self.encode_fields(w));
    }
}

impl EncodeDocument for Document {
    fn encode_fields(&self, w: &mut Writer) {
        self.iter().for_each(|(key, value)| w.key(key, value));
    }
}

impl<'a> Decode<'a> for Document {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let mut elements = raw.fields()?;
        let mut document = Self::new();
        while let Some((name, value)) = elements.next()? {
            let key = std::str::from_utf8(name).map_err(|_| DecodeError::new("a key", "a key that is not UTF-8"))?;
            let value = raw_to_bson(value).map_err(|e| e.at(key))?;
            // Of a key that comes twice the server reads the first.
            document.entry(key.to_owned()).or_insert(value);
        }
        Ok(document)
    }
}

impl Encode for Bson {
    fn encode(&self, w: &mut Writer) {
        match self {
            Bson::Double(v) => v.encode(w),
            Bson::String(v) => v.encode(w),
            Bson::Array(v) => w.array(v.iter()),
            Bson::Document(v) => v.encode(w),
            Bson::Boolean(v) => v.encode(w),
            Bson::Int32(v) => v.encode(w),
            Bson::Int64(v) => v.encode(w),
            Bson::Binary(v) => v.encode(w),
            Bson::ObjectId(v) => v.encode(w),
            Bson::DateTime(v) => v.encode(w),
            Bson::Decimal128(v) => v.encode(w),
            Bson::Null => {}
            Bson::Timestamp(v) => v.encode(w),
            Bson::MinKey => w.set_tag(tag::MIN_KEY),
            Bson::MaxKey => w.set_tag(tag::MAX_KEY),
            Bson::Undefined => w.set_tag(tag::UNDEFINED),
            Bson::Symbol(v) => w.string(tag::SYMBOL, v),
            Bson::JavaScriptCode(v) => w.string(tag::CODE, v),
            // The rest has no constructor of its own here; the `bson` crate writes it.
            Bson::RegularExpression(_) | Bson::JavaScriptCodeWithScope(_) | Bson::DbPointer(_) => by_bson(self, w),
        }
    }
}

/// Writes a rare type by way of the `bson` crate: an element of a document is its type, its name, and then its bytes.
fn by_bson(value: &Bson, w: &mut Writer) {
    let mut document = Document::new();
    document.insert("", value.clone());
    match document.to_vec() {
        // Length (4), type, the empty name's NUL, the bytes, NUL.
        Ok(bytes) if bytes.len() > 7 => w.value(bytes[4], &bytes[6..bytes.len() - 1]),
        _ => w.fail("a value that BSON can hold"),
    }
}

impl<'a> Decode<'a> for Bson {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        raw_to_bson(*raw)
    }

    fn absent() -> Option<Self> {
        Some(Bson::Null)
    }
}

/// Any value as a [`Bson`]. The depth is bounded by [`MAX_DEPTH`](super::MAX_DEPTH).
///
/// # Errors
/// Where the bytes do not hold what they announce, or text is not UTF-8.
pub fn raw_to_bson(raw: Raw<'_>) -> Result<Bson, DecodeError> {
    Ok(match raw.tag() {
        tag::DOUBLE => Bson::Double(f64::decode(&raw)?),
        tag::STRING => Bson::String(raw.text()?.to_owned()),
        tag::DOCUMENT => Bson::Document(Document::decode(&raw)?),
        tag::ARRAY => Bson::Array(<Bson as Decode>::decode_list(&raw)?),
        tag::BINARY => Bson::Binary(Binary::decode(&raw)?),
        tag::OBJECT_ID => Bson::ObjectId(ObjectId::decode(&raw)?),
        tag::BOOLEAN => Bson::Boolean(bool::decode(&raw)?),
        tag::DATE => Bson::DateTime(bson::DateTime::decode(&raw)?),
        tag::NULL => Bson::Null,
        tag::UNDEFINED => Bson::Undefined,
        tag::INT32 => Bson::Int32(i32::from_le_bytes(raw.fixed()?)),
        tag::INT64 => Bson::Int64(i64::from_le_bytes(raw.fixed()?)),
        tag::DECIMAL128 => Bson::Decimal128(bson::Decimal128::decode(&raw)?),
        tag::TIMESTAMP => Bson::Timestamp(Timestamp::decode(&raw)?),
        tag::MIN_KEY => Bson::MinKey,
        tag::MAX_KEY => Bson::MaxKey,
        tag::SYMBOL => Bson::Symbol(inner_text(raw)?),
        tag::CODE => Bson::JavaScriptCode(inner_text(raw)?),
        tag::REGEX => regex(raw)?,
        tag::CODE_WITH_SCOPE => code_with_scope(raw)?,
        _ => db_pointer(raw)?,
    })
}

/// The text of a value that has a string's layout but another type.
fn inner_text(raw: Raw<'_>) -> Result<String, DecodeError> {
    let bytes = raw.bytes().get(4..raw.bytes().len() - 1).ok_or_else(DecodeError::malformed)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError::new(tag::name(raw.tag()), "text that is not UTF-8"))
}

fn regex(raw: Raw<'_>) -> Result<Bson, DecodeError> {
    let mut parts = raw.bytes().split(|&b| b == 0);
    let mut part = || parts.next().and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or_else(DecodeError::malformed);
    let pattern = part()?.to_owned();
    let options = part()?.to_owned();
    let pattern = pattern.try_into().map_err(|_| DecodeError::malformed())?;
    let options = options.try_into().map_err(|_| DecodeError::malformed())?;
    Ok(Bson::RegularExpression(Regex { pattern, options }))
}

fn code_with_scope(raw: Raw<'_>) -> Result<Bson, DecodeError> {
    let (code, scope) = code_and_scope(raw)?;
    Ok(Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope {
        code: String::from_utf8(code.to_vec()).map_err(|_| DecodeError::malformed())?,
        scope: Document::decode(&scope)?,
    }))
}

/// The text of JavaScript with a scope, and the scope's document.
pub(super) fn code_and_scope(raw: Raw<'_>) -> Result<(&[u8], Raw<'_>), DecodeError> {
    let bytes = raw.bytes();
    let code_len = bytes.get(4..8).and_then(|b| b.try_into().ok()).map(i32::from_le_bytes);
    let code_len = code_len.and_then(|len| usize::try_from(len).ok()).filter(|&len| len > 0).ok_or_else(DecodeError::malformed)?;
    let code = bytes.get(8..8 + code_len).and_then(|code| code.strip_suffix(&[0])).ok_or_else(DecodeError::malformed)?;
    let scope = bytes.get(8 + code_len..).ok_or_else(DecodeError::malformed)?;
    Ok((code, raw.inner_document(scope)?))
}

/// A DBPointer has no public constructor: the `bson` crate reads it from a document that holds nothing else.
fn db_pointer(raw: Raw<'_>) -> Result<Bson, DecodeError> {
    let len = i32::try_from(raw.bytes().len() + 7).map_err(|_| DecodeError::malformed())?;
    let mut bytes = len.to_le_bytes().to_vec();
    bytes.extend_from_slice(&[raw.tag(), 0]);
    bytes.extend_from_slice(raw.bytes());
    bytes.push(0);
    let document = bson::RawDocument::from_bytes(&bytes).map_err(|_| DecodeError::malformed())?;
    match document.get("") {
        Ok(Some(value)) => Bson::try_from(value).map_err(|_| DecodeError::malformed()),
        _ => Err(DecodeError::malformed()),
    }
}
