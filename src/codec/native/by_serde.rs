//! What serde makes of a value, through the `bson` crate.
//!
//! Its binary form is taken, not the one for people: an ObjectId is an ObjectId, an `Id` too.

use super::{AsSerde, StoredAs};
use crate::codec::{Decode, DecodeError, Encode, Raw, Writer, external::code_and_scope, tag};
use bson::Bson;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// How deep a value of serde's may nest. The crate's reader recurses without a bound of its own, at tens of kilobytes a level where nothing
/// is optimised, and a thread has two megabytes.
const MAX_LEVELS: u8 = 32;
const TOO_DEEP: &str = "at most 32 levels of nesting in a value of serde's";
const NO_BSON: &str = "a value that serde can write as BSON";

/// A value in a document of its own, since serde's bytes are those of documents.
#[derive(Serialize)]
struct Written<'v, T> {
    value: &'v T,
}

#[derive(Deserialize)]
struct Read<T> {
    value: T,
}

impl<T: Serialize + DeserializeOwned> StoredAs<AsSerde> for T {
    fn write(&self, w: &mut Writer) {
        match serialize(self) {
            Ok(value) => value.encode(w),
            Err(rule) => w.fail(rule),
        }
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        if is_deeper(*raw, MAX_LEVELS)? {
            return Err(DecodeError::new(TOO_DEEP, "more"));
        }
        let value = deserialize(raw.tag(), raw.bytes());
        value.map_err(|error| DecodeError::mismatch("what the type's `Deserialize` takes", raw).with_detail(error.to_string()))
    }

    // A type may have a null of its own; what has none says so.
    fn absent() -> Option<Self> {
        deserialize(tag::NULL, &[]).ok()
    }
}

/// The value as serde and the `bson` crate have it, or the rule that it breaks.
fn serialize<T: Serialize>(value: &T) -> Result<Bson, &'static str> {
    let bytes = bson::serialize_to_vec(&Written { value }).map_err(|_| NO_BSON)?;
    let written = Raw::document(&bytes).and_then(|document| document.get("value"));
    let Ok(Some(raw)) = written else { return Err(NO_BSON) };
    match is_deeper(raw, MAX_LEVELS) {
        Ok(false) => Bson::decode(&raw).map_err(|_| NO_BSON),
        _ => Err(TOO_DEEP),
    }
}

fn deserialize<T: DeserializeOwned>(tag: u8, value: &[u8]) -> Result<T, bson::error::Error> {
    // Length (4), type, name and NUL, the value, NUL.
    let mut document = vec![0; 4];
    document.push(tag);
    document.extend_from_slice(b"value\0");
    document.extend_from_slice(value);
    document.push(0);
    // A value that was in a document fits into one; a length that does not is refused where it is read.
    let length = i32::try_from(document.len()).unwrap_or_default();
    document[..4].copy_from_slice(&length.to_le_bytes());
    bson::deserialize_from_slice::<Read<T>>(&document).map(|read| read.value)
}

/// Whether documents and lists nest in the value more than `levels` deep.
fn is_deeper(raw: Raw<'_>, levels: u8) -> Result<bool, DecodeError> {
    let mut elements = match raw.tag() {
        tag::DOCUMENT => raw.fields()?,
        tag::ARRAY => raw.items()?,
        tag::CODE_WITH_SCOPE => code_and_scope(raw)?.1.fields()?,
        _ => return Ok(false),
    };
    let Some(inner) = levels.checked_sub(1) else { return Ok(true) };
    while let Some((_, value)) = elements.next()? {
        if is_deeper(value, inner)? {
            return Ok(true);
        }
    }
    Ok(false)
}
