//! Native forms of numbers.
//!
//! A number is written only where nothing of it is lost, and read from every type that holds it exactly: to the server these are one value.

use super::{AsDate, AsDecimal, AsDouble, AsLong, AsString, StoredAs};
use crate::codec::{Decode, DecodeError, Encode, Raw, Writer, decimal::DecimalValue, moment::date_millis, tag};
use bson::Decimal128;

const TOO_LONG: &str = "a number up to 9223372036854775807, the largest Int64";
const NO_SUCH_INTEGER: &str = "a Double that is no such integer";
const OUT_OF_RANGE: &str = "a number out of range";

macro_rules! integers {
    ($($rust:ident)*) => { $(
        impl StoredAs<AsLong> for $rust {
            fn write(&self, w: &mut Writer) {
                match i64::try_from(*self as i128) {
                    Ok(number) => number.encode(w),
                    Err(_) => w.fail(TOO_LONG),
                }
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                Self::decode(raw)
            }
        }

        impl StoredAs<AsDouble> for $rust {
            fn write(&self, w: &mut Writer) {
                write_double(*self as i128, w);
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                const EXPECTED: &str = concat!("Double within ", stringify!($rust));
                match raw.tag() {
                    tag::DOUBLE => {
                        let number = whole(f64::decode(raw)?).ok_or_else(|| DecodeError::new(EXPECTED, NO_SUCH_INTEGER))?;
                        Self::try_from(number).map_err(|_| DecodeError::new(EXPECTED, OUT_OF_RANGE))
                    }
                    _ => Self::decode(raw),
                }
            }
        }

        impl StoredAs<AsDecimal> for $rust {
            fn write(&self, w: &mut Writer) {
                DecimalValue::from(*self as i128).stored().encode(w);
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                const EXPECTED: &str = concat!("Decimal128 within ", stringify!($rust));
                match raw.tag() {
                    tag::DECIMAL128 => {
                        let number = DecimalValue::of(Decimal128::decode(raw)?).and_then(|number| number.reduced().whole());
                        let number = number.ok_or_else(|| DecodeError::new(EXPECTED, "a Decimal128 that is no such integer"))?;
                        Self::try_from(number).map_err(|_| DecodeError::new(EXPECTED, OUT_OF_RANGE))
                    }
                    _ => Self::decode(raw),
                }
            }
        }

        impl StoredAs<AsString> for $rust {
            fn write(&self, w: &mut Writer) {
                self.to_string().encode(w);
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                match raw.tag() {
                    tag::STRING => spelled(raw.text()?, concat!("a String of the digits of an ", stringify!($rust))),
                    _ => Self::decode(raw),
                }
            }
        }
    )* };
}
integers!(i8 i16 i32 i64 u8 u16 u32 u64 isize usize);

/// Milliseconds since 1970.
impl StoredAs<AsDate> for i64 {
    fn write(&self, w: &mut Writer) {
        w.value(tag::DATE, &self.to_le_bytes());
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        match raw.tag() {
            tag::INT32 | tag::INT64 | tag::DOUBLE => Self::decode(raw),
            _ => date_millis(raw),
        }
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn write_double(number: i128, w: &mut Writer) {
    let double = number as f64;
    // Exact where the way back gives the same.
    if double as i128 == number { double.encode(w) } else { w.fail("a whole number that a Double holds exactly") }
}

/// The whole number that a Double is, up to the greatest integers.
#[allow(clippy::cast_possible_truncation)]
fn whole(number: f64) -> Option<i128> {
    // 2^64 is above them all; NaN fails the comparison.
    (number.abs() <= 18_446_744_073_709_551_616.0 && number.fract() == 0.0).then_some(number as i128)
}

/// A value that is stored as its text, only as it is written: a filter compares texts, to which `05` is not `5`.
pub(in crate::codec) fn spelled<T: std::str::FromStr + ToString>(text: &str, expected: &'static str) -> Result<T, DecodeError> {
    let value = text.parse().ok().filter(|value: &T| value.to_string() == text);
    value.ok_or_else(|| DecodeError::new(expected, "another String").with_detail(text))
}

macro_rules! floats {
    ($($rust:ident)*) => { $(
        impl StoredAs<AsDouble> for $rust {
            fn write(&self, w: &mut Writer) {
                self.encode(w);
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                Self::decode(raw)
            }
        }

        // The shortest digits that only this number is nearest to, `0.1` for 0.1: they keep the order of the numbers. NaN and the
        // infinities are themselves.
        impl StoredAs<AsDecimal> for $rust {
            fn write(&self, w: &mut Writer) {
                match format!("{self:e}").parse::<Decimal128>() {
                    Ok(number) => number.encode(w),
                    Err(_) => w.fail("a number that a Decimal128 can hold"),
                }
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                if raw.tag() != tag::DECIMAL128 {
                    return Self::decode(raw);
                }
                let stored = Decimal128::decode(raw)?;
                let text = stored.to_string();
                let number: Self = text.parse().map_err(|_| DecodeError::malformed())?;
                let Some(decimal) = DecimalValue::of(stored) else { return Ok(number) };
                // What was written, or all the digits that a Decimal128 has for the number. Any other one is not this number.
                let stands_for = |text: String| DecimalValue::parse(&text).is_some_and(|number| number.reduced() == decimal.reduced());
                if stands_for(format!("{number:e}")) || stands_for(format!("{number:.33e}")) {
                    Ok(number)
                } else {
                    let expected = concat!("Decimal128 within ", stringify!($rust));
                    Err(DecodeError::new(expected, concat!("a Decimal128 that no ", stringify!($rust), " stands for")))
                }
            }
        }
    )* };
}
floats!(f32 f64);

impl StoredAs<AsDecimal> for Decimal128 {
    fn write(&self, w: &mut Writer) {
        self.encode(w);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        Self::decode(raw)
    }
}

impl StoredAs<AsString> for Decimal128 {
    fn write(&self, w: &mut Writer) {
        self.to_string().encode(w);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        match raw.tag() {
            tag::STRING => spelled(raw.text()?, "a String of the digits of a Decimal128"),
            _ => Self::decode(raw),
        }
    }
}
