//! `rust_decimal::Decimal`: a Decimal128 with the same digits behind the point.
//!
//! It has fewer digits than a Decimal128, up to 28 behind the point; one with more is refused, as are NaN and the infinities.

use crate::codec::{
    AsDecimal, AsString, Decode, DecodeError, Encode, Raw, StoredAs, Writer, decimal::DecimalValue, native::number::spelled, tag,
};
use bson::Decimal128;
use rust_decimal::Decimal;

impl Encode for Decimal {
    fn encode(&self, w: &mut Writer) {
        let value = DecimalValue::from(self.mantissa());
        // A scale is at most 28.
        let exponent = i32::try_from(self.scale()).map_or(0, |scale| -scale);
        DecimalValue { exponent, ..value }.stored().encode(w);
    }
}

impl<'a> Decode<'a> for Decimal {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let stored = Decimal128::decode(raw)?;
        let Some(value) = DecimalValue::of(stored) else {
            return Err(DecodeError::new("a finite Decimal128", "a Decimal128 that is no number"));
        };
        // Zeros at the end are kept where there is room for them.
        let number = with_scale(value).or_else(|| with_scale(value.reduced()));
        number.ok_or_else(|| DecodeError::new("Decimal128 within rust_decimal's digits", "a Decimal128 with more digits"))
    }
}

/// The number with as many digits behind the point as it is stored with.
fn with_scale(value: DecimalValue) -> Option<Decimal> {
    let scale = u32::try_from(-value.exponent.min(0)).ok()?;
    let digits = DecimalValue { exponent: value.exponent.max(0), ..value }.whole()?;
    Decimal::try_from_i128_with_scale(digits, scale).ok()
}

impl StoredAs<AsDecimal> for Decimal {
    fn write(&self, w: &mut Writer) {
        self.encode(w);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        Self::decode(raw)
    }
}

// `1.50` and `1.5` are equal numbers and two texts: a filter compares them as texts.
impl StoredAs<AsString> for Decimal {
    fn write(&self, w: &mut Writer) {
        self.to_string().encode(w);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        match raw.tag() {
            tag::STRING => spelled(raw.text()?, "a String of the digits of a Decimal"),
            _ => Self::decode(raw),
        }
    }
}
