//! The scalar types: booleans, numbers, text, bytes, ids. Dates are in `moment`.
//!
//! Numbers convert on read when nothing is lost (Int32, Int64 and integral Double stand for each other); otherwise an error, never a
//! truncation.

use super::{Decode, DecodeError, Encode, Raw, Writer, decimal::DecimalValue, tag};
use bson::{Decimal128, oid::ObjectId, spec::BinarySubtype};
use std::{borrow::Cow, sync::Arc};
use uuid::Uuid;

impl Encode for bool {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        w.value(tag::BOOLEAN, &[u8::from(*self)]);
    }
}

impl<'a> Decode<'a> for bool {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        match (raw.tag(), raw.bytes()) {
            (tag::BOOLEAN, [0]) => Ok(false),
            (tag::BOOLEAN, [1]) => Ok(true),
            (tag::BOOLEAN, _) => Err(DecodeError::malformed()),
            _ => Err(DecodeError::mismatch("Boolean", raw)),
        }
    }
}

/// A whole number from any numeric type that holds one exactly.
#[inline]
fn integer(raw: &Raw<'_>, expected: &'static str) -> Result<i64, DecodeError> {
    match raw.tag() {
        tag::INT32 => Ok(i32::from_le_bytes(raw.fixed()?).into()),
        tag::INT64 => Ok(i64::from_le_bytes(raw.fixed()?)),
        tag::DOUBLE => {
            let number = f64::from_le_bytes(raw.fixed()?);
            // 2^63 is the first Double above every i64; NaN fails the comparison.
            let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
            if fits && number.fract() == 0.0 {
                #[allow(clippy::cast_possible_truncation)]
                Ok(number as i64)
            } else {
                Err(DecodeError::new(expected, "a Double that is no such integer"))
            }
        }
        _ => Err(DecodeError::mismatch(expected, raw)),
    }
}

macro_rules! integers {
    ($($rust:ty: $stored:ty, $tag:ident, $expected:literal;)*) => { $(
        impl Encode for $rust {
            #[inline]
            fn encode(&self, w: &mut Writer) {
                match <$stored>::try_from(*self) {
                    Ok(number) => w.value(tag::$tag, &number.to_le_bytes()),
                    Err(_) => {
                        w.value(tag::$tag, &<$stored>::MAX.to_le_bytes());
                        w.fail("a number up to 9223372036854775807, the largest Int64");
                    }
                }
            }
        }
        impl<'a> Decode<'a> for $rust {
            #[inline]
            fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
                let number = integer(raw, $expected)?;
                Self::try_from(number).map_err(|_| DecodeError::new($expected, "a number out of range"))
            }
        }
    )* };
}
integers! {
    i8: i32, INT32, "Int32 within i8";
    i16: i32, INT32, "Int32 within i16";
    i32: i32, INT32, "Int32";
    u16: i32, INT32, "Int32 within u16";
    u32: i64, INT64, "Int64 within u32";
    i64: i64, INT64, "Int64";
    u64: i64, INT64, "Int64 from 0";
    isize: i64, INT64, "Int64";
    usize: i64, INT64, "Int64 from 0";
}

// `u8` stands apart: a list of it is a Binary.
impl Encode for u8 {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        w.value(tag::INT32, &i32::from(*self).to_le_bytes());
    }

    #[inline]
    fn encode_list(items: &[Self], w: &mut Writer) {
        w.binary(BinarySubtype::Generic.into(), items);
    }
}

impl<'a> Decode<'a> for u8 {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let number = integer(raw, "Int32 within u8")?;
        Self::try_from(number).map_err(|_| DecodeError::new("Int32 within u8", "a number out of range"))
    }

    fn decode_list(raw: &Raw<'a>) -> Result<Vec<Self>, DecodeError> {
        plain_bytes(raw).map(<[u8]>::to_vec)
    }
}

/// The bytes of a Binary that is nothing more: of another subtype they would be written back as something else, and no filter would find
/// them.
pub(super) fn plain_bytes<'a>(raw: &Raw<'a>) -> Result<&'a [u8], DecodeError> {
    match binary(raw)? {
        (0, bytes) => Ok(bytes),
        _ => Err(DecodeError::new("Binary of subtype 0", "Binary of another subtype")),
    }
}

/// The subtype and the bytes of a Binary.
pub(super) fn binary<'a>(raw: &Raw<'a>) -> Result<(u8, &'a [u8]), DecodeError> {
    match (raw.tag(), raw.bytes()) {
        (tag::BINARY, [_, _, _, _, subtype, bytes @ ..]) => Ok((*subtype, bytes)),
        (tag::BINARY, _) => Err(DecodeError::malformed()),
        _ => Err(DecodeError::mismatch("Binary", raw)),
    }
}

// A view borrows the bytes of a Binary.
impl<'a> Decode<'a> for &'a [u8] {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        plain_bytes(raw)
    }
}

impl Encode for f64 {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        w.value(tag::DOUBLE, &self.to_le_bytes());
    }
}

impl<'a> Decode<'a> for f64 {
    #[inline]
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        match raw.tag() {
            tag::DOUBLE => Ok(Self::from_le_bytes(raw.fixed()?)),
            tag::INT32 => Ok(i32::from_le_bytes(raw.fixed()?).into()),
            tag::INT64 => {
                let number = i64::from_le_bytes(raw.fixed()?);
                // Exact where the way back gives the same; i128 because 2^63 saturates an i64.
                if (number as Self) as i128 == i128::from(number) {
                    Ok(number as Self)
                } else {
                    Err(DecodeError::new("Double", "an Int64 that no Double holds exactly"))
                }
            }
            _ => Err(DecodeError::mismatch("Double", raw)),
        }
    }
}

impl Encode for f32 {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        f64::from(*self).encode(w);
    }
}

impl<'a> Decode<'a> for f32 {
    #[inline]
    #[allow(clippy::cast_possible_truncation)]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let number = f64::decode(raw)?;
        let near = number as Self;
        if near.is_infinite() && number.is_finite() {
            return Err(DecodeError::new("Double within f32", "a number out of range"));
        }
        Ok(near)
    }
}

impl Encode for str {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        w.string(tag::STRING, self);
    }
}

impl<'a> Decode<'a> for &'a str {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        raw.text()
    }
}

macro_rules! texts {
    ($($rust:ty),*) => { $(
        impl Encode for $rust {
            #[inline]
            fn encode(&self, w: &mut Writer) {
                str::encode(self, w);
            }
        }
        impl<'a> Decode<'a> for $rust {
            #[inline(always)]
            fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
                raw.text().map(Into::into)
            }
        }
    )* };
}
texts!(String, Box<str>, Arc<str>);

impl Encode for Cow<'_, str> {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        str::encode(self, w);
    }
}

// Owned, so that it can stand in a model; what borrows is `&str`.
impl<'a> Decode<'a> for Cow<'_, str> {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        raw.text().map(|text| Cow::Owned(text.to_owned()))
    }
}

impl Encode for char {
    fn encode(&self, w: &mut Writer) {
        w.string(tag::STRING, self.encode_utf8(&mut [0; 4]));
    }
}

impl<'a> Decode<'a> for char {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let mut chars = raw.text()?.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(DecodeError::new("a String of one character", "a String of another length")),
        }
    }
}

impl Encode for ObjectId {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        w.value(tag::OBJECT_ID, &self.bytes());
    }
}

impl<'a> Decode<'a> for ObjectId {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        match raw.tag() {
            tag::OBJECT_ID => Ok(Self::from_bytes(raw.fixed()?)),
            _ => Err(DecodeError::mismatch("ObjectId", raw)),
        }
    }
}

impl Encode for Uuid {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        w.binary(BinarySubtype::Uuid.into(), self.as_bytes());
    }
}

impl<'a> Decode<'a> for Uuid {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        match binary(raw)? {
            (4, bytes) => Self::from_slice(bytes).map_err(|_| DecodeError::malformed()),
            _ => Err(DecodeError::new("Binary of subtype 4 (UUID)", "Binary of another subtype")),
        }
    }
}

impl Encode for Decimal128 {
    fn encode(&self, w: &mut Writer) {
        w.value(tag::DECIMAL128, &self.bytes());
    }
}

impl<'a> Decode<'a> for Decimal128 {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        match raw.tag() {
            tag::DECIMAL128 => Ok(Self::from_bytes(raw.fixed()?)),
            tag::INT32 | tag::INT64 => Ok(DecimalValue::from(i128::from(integer(raw, "Decimal128")?)).stored()),
            _ => Err(DecodeError::mismatch("Decimal128", raw)),
        }
    }
}
