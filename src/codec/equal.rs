//! Equality as the server has it: numbers are one value whatever type holds them, and documents and lists are equal item by item.
//!
//! For keys that are compared here after the server has compared them there.

use super::{DecodeError, Raw, decimal::DecimalValue, tag};
use bson::Decimal128;

/// A number by its value. Each has one form, so that equal numbers are equal here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// A whole one that an Int64 holds.
    Whole(i64),
    /// An odd one times a power of two: what a Double holds, and each decimal that is as exact in binary.
    Binary {
        negative: bool,
        odd: u128,
        power: i32,
    },
    /// A decimal that has no short binary form.
    Decimal {
        negative: bool,
        coefficient: u128,
        exponent: i32,
    },
    Infinite {
        negative: bool,
    },
    Nan,
}

impl Number {
    /// The number that is stored; nothing where the value is none.
    pub(crate) fn of(raw: &Raw<'_>) -> Option<Self> {
        match raw.tag() {
            tag::INT32 => raw.fixed().ok().map(|bytes| Self::Whole(i32::from_le_bytes(bytes).into())),
            tag::INT64 => raw.fixed().ok().map(|bytes| Self::Whole(i64::from_le_bytes(bytes))),
            tag::DOUBLE => raw.fixed().ok().map(|bytes| Self::of_double(f64::from_le_bytes(bytes))),
            tag::DECIMAL128 => raw.fixed().ok().map(|bytes| Self::of_decimal(Decimal128::from_bytes(bytes))),
            _ => None,
        }
    }

    fn of_double(number: f64) -> Self {
        let (bits, negative) = (number.to_bits(), number.is_sign_negative());
        let fraction = u128::from(bits & ((1 << 52) - 1));
        match (bits >> 52) & 0x7FF {
            0x7FF if fraction == 0 => Self::Infinite { negative },
            0x7FF => Self::Nan,
            0 => Self::binary(negative, fraction, -1074),
            // Eleven bits fit.
            exponent => Self::binary(negative, fraction | 1 << 52, exponent as i32 - 1075),
        }
    }

    fn of_decimal(stored: Decimal128) -> Self {
        let Some(value) = DecimalValue::of(stored) else {
            // Behind the sign five bits tell the infinities from what is no number.
            let [.., last] = stored.bytes();
            return if last & 0x7C == 0x7C { Self::Nan } else { Self::Infinite { negative: last & 0x80 != 0 } };
        };
        let DecimalValue { negative, coefficient, exponent } = value.reduced();
        let decimal = Self::Decimal { negative, coefficient, exponent };
        if coefficient == 0 {
            return Self::Whole(0);
        }
        // Ten is five times two: without its twos, the coefficient takes or gives as many fives as the exponent says.
        let twos = coefficient.trailing_zeros();
        let mut odd = coefficient >> twos;
        for _ in 0..exponent.unsigned_abs() {
            let next = if exponent > 0 { odd.checked_mul(5) } else { odd.is_multiple_of(5).then_some(odd / 5) };
            match next {
                Some(next) => odd = next,
                None => return decimal,
            }
        }
        Self::binary(negative, odd, exponent + twos as i32)
    }

    /// `coefficient` times two to the power of `power`.
    fn binary(negative: bool, coefficient: u128, power: i32) -> Self {
        if coefficient == 0 {
            return Self::Whole(0);
        }
        let twos = coefficient.trailing_zeros();
        let (odd, power) = (coefficient >> twos, power + twos as i32);
        let shifted = u32::try_from(power).ok().filter(|power| *power < odd.leading_zeros()).map(|power| odd << power);
        let whole = shifted.and_then(|number| i128::try_from(number).ok()).map(|number| if negative { -number } else { number });
        match whole.and_then(|number| i64::try_from(number).ok()) {
            Some(number) => Self::Whole(number),
            None => Self::Binary { negative, odd, power },
        }
    }

    fn write(self, out: &mut Vec<u8>) {
        let mut parts = |form: u8, negative: bool, digits: u128, power: i32| {
            out.extend([tag::INT64, form, u8::from(negative)]);
            out.extend(digits.to_le_bytes());
            out.extend(power.to_le_bytes());
        };
        match self {
            Self::Whole(number) => parts(0, number < 0, number.unsigned_abs().into(), 0),
            Self::Binary { negative, odd, power } => parts(1, negative, odd, power),
            Self::Decimal { negative, coefficient, exponent } => parts(2, negative, coefficient, exponent),
            Self::Infinite { negative } => parts(3, negative, 0, 0),
            Self::Nan => parts(4, false, 0, 0),
        }
    }
}

/// Bytes that are the same for two values exactly where the server takes them for equal. Of what lies too deep, or is malformed, its own bytes.
pub(crate) fn equal_form(raw: &Raw<'_>) -> Vec<u8> {
    let mut form = Vec::with_capacity(raw.bytes().len() + 1);
    if write(raw, &mut form).is_err() {
        form.clear();
        form.push(raw.tag());
        form.extend(raw.bytes());
    }
    form
}

fn write(raw: &Raw<'_>, out: &mut Vec<u8>) -> Result<(), DecodeError> {
    if let Some(number) = Number::of(raw) {
        number.write(out);
        return Ok(());
    }
    match raw.tag() {
        tag @ (tag::DOCUMENT | tag::ARRAY) => {
            let mut elements = if tag == tag::DOCUMENT { raw.fields()? } else { raw.items()? };
            out.push(tag);
            while let Some((name, value)) = elements.next()? {
                write(&value, out)?;
                // The names of a list's items are their places.
                if tag == tag::DOCUMENT {
                    out.extend(name);
                    out.push(0);
                }
            }
            // No type has this byte.
            out.push(0);
        }
        tag::SYMBOL => {
            out.push(tag::STRING);
            out.extend(raw.bytes());
        }
        tag => {
            out.push(tag);
            out.extend(raw.bytes());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::to_document;
    use bson::{Bson, Document, doc};

    fn form(value: impl Into<Bson>) -> Vec<u8> {
        let value: Bson = value.into();
        let bytes = to_document(&doc! { "v": value }).unwrap();
        equal_form(&Raw::document(&bytes).unwrap().get("v").unwrap().unwrap())
    }

    fn decimal(text: &str) -> Bson {
        Bson::Decimal128(text.parse().unwrap())
    }

    #[test]
    fn equal_values_have_one_form() {
        let two_to_the_70 = 2_f64.powi(70);
        let groups: Vec<Vec<Bson>> = vec![
            vec![1_i32.into(), 1_i64.into(), 1.0.into(), decimal("1"), decimal("1.000"), decimal("10E-1")],
            vec![10.into(), decimal("1E1"), decimal("1E+1")],
            vec![0.into(), (-0.0).into(), decimal("-0E+3"), decimal("0.00")],
            vec![0.5.into(), decimal("0.5"), decimal("0.50")],
            vec![(-0.375).into(), decimal("-0.375")],
            vec![0.1.into()],
            vec![decimal("0.1"), decimal("0.10")],
            vec![f64::NAN.into(), (-f64::NAN).into(), decimal("NaN")],
            vec![f64::INFINITY.into(), decimal("Infinity")],
            vec![f64::NEG_INFINITY.into(), decimal("-Infinity")],
            vec![two_to_the_70.into(), decimal("1180591620717411303424")],
            vec![1e22.into(), decimal("1E22"), decimal("10000000000000000000000")],
            // As many digits as a decimal has, and yet a Double.
            vec![2_f64.powi(112).into(), decimal("5192296858534827628530496329220096")],
            vec![decimal("1E6000")],
            vec![decimal("1E-6000")],
            vec![f64::MIN_POSITIVE.into()],
            vec![i64::MIN.into(), (i64::MIN as f64).into(), decimal("-9223372036854775808")],
            vec![i64::MAX.into(), decimal("9223372036854775807")],
            vec![9_223_372_036_854_775_808_f64.into(), decimal("9223372036854775808")],
            vec![9_007_199_254_740_993_i64.into(), decimal("9007199254740993")],
            vec![9_007_199_254_740_992_f64.into(), 9_007_199_254_740_992_i64.into()],
            vec!["1".into(), Bson::Symbol("1".to_owned())],
            vec![true.into()],
            vec![Bson::Null],
            vec![
                doc! { "t": 1, "n": 5 }.into(),
                doc! { "t": 1_i64, "n": 5.0 }.into(),
                doc! { "t": decimal("1.0"), "n": decimal("5") }.into(),
            ],
            vec![doc! { "n": 5, "t": 1 }.into()],
            vec![doc! { "t": 1 }.into()],
            vec![doc! { "t": [1, 5] }.into(), doc! { "t": [1.0, 5_i64] }.into()],
            vec![doc! { "t": [5, 1] }.into()],
            vec![doc! { "t": [1], "u": 5 }.into()],
            vec![doc! { "t": { "u": 1 }, "n": 2 }.into(), doc! { "t": { "u": 1_i64 }, "n": 2_i64 }.into()],
            vec![doc! { "t": { "u": 1, "n": 2 } }.into()],
            vec![Document::new().into()],
            vec![Bson::Array(Vec::new())],
        ];
        for (at, group) in groups.iter().enumerate() {
            for (other_at, other) in groups.iter().enumerate() {
                for (a, b) in group.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                    assert_eq!(form(a.clone()) == form(b.clone()), at == other_at, "{a:?} {b:?}");
                }
            }
        }
    }
}
