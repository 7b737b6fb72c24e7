//! Native forms of texts, and texts as the native form of ids.
//!
//! A text that is stored as another type is read as that type spells itself, which may be another spelling of what was written: `65A1…`
//! comes back as `65a1…`.

use super::{AsBinary, AsDate, AsDecimal, AsObjectId, AsString, StoredAs, number::spelled};
use crate::codec::{
    Decode, DecodeError, Encode, Raw, Writer,
    decimal::DecimalValue,
    moment::{date_millis, parse_rfc_3339, rfc_3339},
    scalar::plain_bytes,
    tag,
};
use bson::{Decimal128, oid::ObjectId, spec::BinarySubtype};
use std::sync::Arc;
use uuid::Uuid;

macro_rules! texts {
    ($($rust:ty),*) => { $(
        impl StoredAs<AsString> for $rust {
            fn write(&self, w: &mut Writer) {
                self.encode(w);
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                Self::decode(raw)
            }
        }
        texts! { @ $rust: AsObjectId write_object_id read_object_id }
        texts! { @ $rust: AsDecimal write_decimal read_decimal }
        texts! { @ $rust: AsDate write_date read_date }
        texts! { @ $rust: AsBinary write_binary read_binary }
    )* };
    (@ $rust:ty: $native:ident $write:ident $read:ident) => {
        impl StoredAs<$native> for $rust {
            fn write(&self, w: &mut Writer) {
                $write(self, w);
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                $read(raw).map(Self::from)
            }
        }
    };
}
texts!(String, Box<str>, Arc<str>);

fn write_object_id(text: &str, w: &mut Writer) {
    match ObjectId::parse_str(text) {
        Ok(id) => id.encode(w),
        Err(_) => w.fail("24 hex digits, an ObjectId"),
    }
}

fn read_object_id(raw: &Raw<'_>) -> Result<String, DecodeError> {
    let id = match raw.tag() {
        tag::STRING => ObjectId::parse_str(raw.text()?).map_err(|_| DecodeError::new("ObjectId", "a String that is not 24 hex digits")),
        _ => ObjectId::decode(raw),
    };
    id.map(|id| id.to_hex())
}

fn write_decimal(text: &str, w: &mut Writer) {
    match DecimalValue::parse(text) {
        Some(number) => number.stored().encode(w),
        None => w.fail("a decimal number of at most 34 digits"),
    }
}

fn read_decimal(raw: &Raw<'_>) -> Result<String, DecodeError> {
    let number = match raw.tag() {
        tag::STRING => {
            let number = DecimalValue::parse(raw.text()?);
            number.ok_or_else(|| DecodeError::new("Decimal128", "a String that is no decimal number"))?
        }
        _ => {
            let number = DecimalValue::of(Decimal128::decode(raw)?);
            number.ok_or_else(|| DecodeError::new("a finite Decimal128", "a Decimal128 that is no number"))?
        }
    };
    Ok(number.stored().to_string())
}

fn write_date(text: &str, w: &mut Writer) {
    match parse_rfc_3339(text) {
        Some(millis) => w.value(tag::DATE, &millis.to_le_bytes()),
        None => w.fail("a moment as RFC 3339 spells it, such as `2024-01-02T03:04:05Z`"),
    }
}

fn read_date(raw: &Raw<'_>) -> Result<String, DecodeError> {
    match raw.tag() {
        tag::STRING => {
            let text = parse_rfc_3339(raw.text()?).and_then(rfc_3339);
            text.ok_or_else(|| DecodeError::new("Date", "a String that RFC 3339 does not know"))
        }
        _ => rfc_3339(date_millis(raw)?).ok_or_else(|| DecodeError::new("Date within the years 0 to 9999", "a Date out of range")),
    }
}

fn write_binary(text: &str, w: &mut Writer) {
    w.binary(BinarySubtype::Generic.into(), text.as_bytes());
}

fn read_binary(raw: &Raw<'_>) -> Result<String, DecodeError> {
    if raw.tag() == tag::STRING {
        return String::decode(raw);
    }
    let bytes = plain_bytes(raw)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError::new("Binary of UTF-8 text", "a Binary that is not UTF-8"))
}

/// As 24 hex digits.
impl StoredAs<AsString> for ObjectId {
    fn write(&self, w: &mut Writer) {
        self.to_hex().encode(w);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        match raw.tag() {
            tag::STRING => spelled(raw.text()?, "a String of 24 hex digits in lower case"),
            _ => Self::decode(raw),
        }
    }
}

impl StoredAs<AsObjectId> for ObjectId {
    fn write(&self, w: &mut Writer) {
        self.encode(w);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        Self::decode(raw)
    }
}

/// As hex digits with hyphens.
impl StoredAs<AsString> for Uuid {
    fn write(&self, w: &mut Writer) {
        self.to_string().encode(w);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        match raw.tag() {
            tag::STRING => spelled(raw.text()?, "a String of a UUID in lower case, with hyphens"),
            _ => Self::decode(raw),
        }
    }
}
