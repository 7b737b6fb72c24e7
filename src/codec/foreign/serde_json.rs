//! `serde_json::Value`: any value that JSON has, as it is.
//!
//! Whole numbers are Int64, others Double; an object keeps the order in which `serde_json` has it. What JSON has not, such as a Date, is
//! refused on read, since it would come back as another value.

use crate::codec::{Decode, DecodeError, Encode, Raw, Writer, tag};
use serde_json::{Map, Number, Value};

impl Encode for Value {
    fn encode(&self, w: &mut Writer) {
        match self {
            // Null is what an element starts as.
            Self::Null => {}
            Self::Bool(value) => value.encode(w),
            Self::Number(number) => encode_number(number, w),
            Self::String(text) => text.encode(w),
            Self::Array(items) => w.array(items.iter()),
            Self::Object(entries) => w.document(|w| entries.iter().for_each(|(key, value)| w.key(key, value))),
        }
    }
}

fn encode_number(number: &Number, w: &mut Writer) {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => whole.encode(w),
        (None, Some(double)) if !number.is_u64() => double.encode(w),
        _ => w.fail("a number up to 9223372036854775807, the largest Int64"),
    }
}

impl<'a> Decode<'a> for Value {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        Ok(match raw.tag() {
            tag::NULL | tag::UNDEFINED => Self::Null,
            tag::BOOLEAN => Self::Bool(bool::decode(raw)?),
            tag::INT32 | tag::INT64 => Self::from(i64::decode(raw)?),
            tag::DOUBLE => match Number::from_f64(f64::decode(raw)?) {
                Some(number) => Self::Number(number),
                None => return Err(DecodeError::new("a JSON value", "a Double that is no finite number")),
            },
            tag::STRING => Self::String(String::decode(raw)?),
            tag::ARRAY => Self::Array(Vec::decode(raw)?),
            tag::DOCUMENT => Self::Object(object(raw)?),
            _ => return Err(DecodeError::mismatch("a JSON value", raw)),
        })
    }

    fn absent() -> Option<Self> {
        Some(Self::Null)
    }
}

fn object(raw: &Raw<'_>) -> Result<Map<String, Value>, DecodeError> {
    let mut elements = raw.fields()?;
    let mut object = Map::new();
    while let Some((name, value)) = elements.next()? {
        let key = std::str::from_utf8(name).map_err(|_| DecodeError::new("a key", "a key that is not UTF-8"))?;
        let value = Value::decode(&value).map_err(|e| e.at_key(key))?;
        if object.insert(key.to_owned(), value).is_some() {
            return Err(DecodeError::new("each key once", "a key twice"));
        }
    }
    Ok(object)
}
