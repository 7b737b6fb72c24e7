//! The scalar types: booleans, numbers, text, dates, ids.
//!
//! Numbers convert on read when nothing is lost (Int32, Int64 and integral Double stand for each other); otherwise an error, never a
//! truncation.

use super::{Decode, DecodeError, Encode, Raw, Writer, tag};
use bson::{Decimal128, oid::ObjectId, spec::BinarySubtype};
use chrono::{DateTime, Utc};
use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
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
        binary(raw).map(|(_, bytes)| bytes.to_vec())
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

/// The milliseconds of a Date.
#[inline]
fn millis(raw: &Raw<'_>) -> Result<i64, DecodeError> {
    match raw.tag() {
        tag::DATE => Ok(i64::from_le_bytes(raw.fixed()?)),
        _ => Err(DecodeError::mismatch("Date", raw)),
    }
}

impl Encode for bson::DateTime {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        w.value(tag::DATE, &self.timestamp_millis().to_le_bytes());
    }
}

impl<'a> Decode<'a> for bson::DateTime {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        millis(raw).map(Self::from_millis)
    }
}

// Finer parts are cut towards the past, by chrono's own `timestamp_millis`.
impl Encode for DateTime<Utc> {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        w.value(tag::DATE, &self.timestamp_millis().to_le_bytes());
    }
}

impl<'a> Decode<'a> for DateTime<Utc> {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let millis = millis(raw)?;
        Self::from_timestamp_millis(millis).ok_or_else(|| DecodeError::new("Date within chrono's years", "a Date out of range"))
    }
}

impl Encode for SystemTime {
    fn encode(&self, w: &mut Writer) {
        // Whole milliseconds towards the past, as for the other dates; a moment beyond them has no Date.
        let millis = match self.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).ok(),
            Err(before) => i64::try_from(before.duration().as_nanos().div_ceil(1_000_000)).ok().map(|millis| -millis),
        };
        match millis {
            Some(millis) => bson::DateTime::from_millis(millis).encode(w),
            None => w.fail("a moment that a Date can hold"),
        }
    }
}

impl<'a> Decode<'a> for SystemTime {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let millis = millis(raw)?;
        let apart = Duration::from_millis(millis.unsigned_abs());
        let moment = if millis < 0 { UNIX_EPOCH.checked_sub(apart) } else { UNIX_EPOCH.checked_add(apart) };
        moment.ok_or_else(|| DecodeError::new("Date within the system's time", "a Date out of range"))
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
            tag::INT32 | tag::INT64 => integer(raw, "Decimal128")?.to_string().parse().map_err(|_| DecodeError::malformed()),
            _ => Err(DecodeError::mismatch("Decimal128", raw)),
        }
    }
}
