//! [`DecimalValue`]: the number that a Decimal128 holds.
//!
//! For what is converted to and from a Decimal128 without loss; its text is the `bson` crate's.

use bson::Decimal128;
use std::cmp::Ordering;

/// What the stored exponent is greater by.
const BIAS: i32 = 6176;
/// Up to 34 digits; the bits of greater coefficients stand for 0.
const MAX_COEFFICIENT: u128 = 9_999_999_999_999_999_999_999_999_999_999_999;

/// A finite decimal number: `coefficient` times ten to the power of `exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DecimalValue {
    pub(super) negative: bool,
    pub(super) coefficient: u128,
    pub(super) exponent: i32,
}

impl DecimalValue {
    /// The stored number; nothing for NaN and the infinities.
    pub(super) fn of(stored: Decimal128) -> Option<Self> {
        let bits = u128::from_le_bytes(stored.bytes());
        let field = |from: u32, width: u32| (bits >> from) & ((1 << width) - 1);
        // Behind the sign stand 14 bits of the exponent and 113 of the coefficient. Where the first four are set it is no number; where the
        // first two are, the coefficient would have more than 34 digits, and the exponent stands two bits further on.
        let (exponent, coefficient) = match (field(123, 4), field(125, 2)) {
            (0b1111, _) => return None,
            (_, 0b11) => (field(111, 14), 0),
            _ => (field(113, 14), field(0, 113)),
        };
        let coefficient = if coefficient > MAX_COEFFICIENT { 0 } else { coefficient };
        // 14 bits fit.
        let exponent = i32::try_from(exponent).ok()? - BIAS;
        Some(Self { negative: field(127, 1) == 1, coefficient, exponent })
    }

    /// The number that a text spells in digits, such as `-1.50` or `1e3`, where a Decimal128 holds it exactly.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // The `bson` crate takes much for a number, also no digit at all.
        if is_spelled(text) { text.parse().ok().and_then(Self::of) } else { None }
    }

    /// The Decimal128 with these digits. Both parts must be in its range, as those of every integer and of every `parse` are.
    #[allow(clippy::cast_sign_loss)]
    pub(super) fn stored(self) -> Decimal128 {
        let bits = u128::from(self.negative) << 127 | ((self.exponent + BIAS) as u128) << 113 | self.coefficient;
        Decimal128::from_bytes(bits.to_le_bytes())
    }

    /// The same number without zeros at the end of its digits, as equal numbers are equal.
    pub(super) fn reduced(mut self) -> Self {
        if self.coefficient == 0 {
            return Self { negative: false, coefficient: 0, exponent: 0 };
        }
        while self.coefficient.is_multiple_of(10) {
            self.coefficient /= 10;
            self.exponent += 1;
        }
        self
    }

    /// The whole number that this is, where it is one without a point among its digits and no greater than an `i128`.
    pub(super) fn whole(self) -> Option<i128> {
        let zeros = u32::try_from(self.exponent).ok()?;
        let number = i128::try_from(10_u128.checked_pow(zeros)?.checked_mul(self.coefficient)?).ok()?;
        Some(if self.negative { -number } else { number })
    }
}

/// The order of two numbers by value: `1.50` is `1.5`. Nothing where one is NaN.
pub(crate) fn compare_decimals(a: Decimal128, b: Decimal128) -> Option<Ordering> {
    let rank = |number: Decimal128| match (DecimalValue::of(number), number.to_string().as_str()) {
        (Some(value), _) => Some((0, Some(value.reduced()))),
        (None, "Infinity") => Some((1, None)),
        (None, "-Infinity") => Some((-1, None)),
        (None, _) => None,
    };
    let ((a_rank, a), (b_rank, b)) = (rank(a)?, rank(b)?);
    let (Some(a), Some(b)) = (a, b) else { return Some(a_rank.cmp(&b_rank)) };
    Some(match (a.sign(), b.sign()) {
        (a_sign, b_sign) if a_sign != b_sign => a_sign.cmp(&b_sign),
        (sign, _) if sign < 0 => b.cmp_magnitude(&a),
        _ => a.cmp_magnitude(&b),
    })
}

impl DecimalValue {
    fn sign(&self) -> i32 {
        match (self.coefficient, self.negative) {
            (0, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        }
    }

    /// By where the first digit stands, and then by the digits, both brought to 38 of them.
    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        let digits = |value: &Self| value.coefficient.checked_ilog10().map_or(0, |log| log + 1);
        let first = |value: &Self| i64::from(value.exponent) + i64::from(digits(value));
        let aligned = |value: &Self| value.coefficient * 10_u128.pow(38 - digits(value));
        match (self.coefficient, other.coefficient) {
            (0, _) | (_, 0) => self.coefficient.cmp(&other.coefficient),
            _ => first(self).cmp(&first(other)).then_with(|| aligned(self).cmp(&aligned(other))),
        }
    }
}

impl From<i128> for DecimalValue {
    fn from(number: i128) -> Self {
        Self { negative: number < 0, coefficient: number.unsigned_abs(), exponent: 0 }
    }
}

/// Whether the text is digits with perhaps a sign, a point and an exponent.
fn is_spelled(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |text| str::strip_prefix(text, ['+', '-']).unwrap_or(text);
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, part) = unsigned(number).split_once('.').unwrap_or((unsigned(number), ""));
    let exponent = unsigned(exponent);
    digits(whole) && digits(part) && digits(exponent) && !(whole.is_empty() && part.is_empty()) && !exponent.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<DecimalValue> {
        DecimalValue::of(text.parse().unwrap())
    }

    #[test]
    fn decimals_compare_by_value() {
        let order = |a: &str, b: &str| compare_decimals(a.parse().unwrap(), b.parse().unwrap());
        for (a, b) in [("1.5", "1.50"), ("0", "-0.00"), ("1E3", "1000"), ("Infinity", "Infinity")] {
            assert_eq!(order(a, b), Some(Ordering::Equal), "{a} {b}");
        }
        let ascending =
            ["-Infinity", "-1E6000", "-10", "-9.99", "-1E-6000", "0", "1E-6000", "0.1", "9.99", "10", "11", "1E6000", "Infinity"];
        for pair in ascending.windows(2) {
            assert_eq!(order(pair[0], pair[1]), Some(Ordering::Less), "{pair:?}");
            assert_eq!(order(pair[1], pair[0]), Some(Ordering::Greater), "{pair:?}");
        }
        assert_eq!(order("NaN", "1"), None);
    }

    #[test]
    fn the_digits_are_those_of_the_text() {
        let number = |negative, coefficient, exponent| Some(DecimalValue { negative, coefficient, exponent });
        assert_eq!(value("0"), number(false, 0, 0));
        assert_eq!(value("-1.50"), number(true, 150, -2));
        assert_eq!(value("1E+6111"), number(false, 1, 6111));
        assert_eq!(value("1E-6176"), number(false, 1, -6176));
        assert_eq!(value(&"9".repeat(34)), number(false, MAX_COEFFICIENT, 0));
        for text in ["NaN", "Infinity", "-Infinity"] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_read_is_written_again() {
        for text in ["0", "-0", "1", "-1", "1.50", "0.001", "1E+3", "1E-6176", "1E+6111", "9999999999999999999999999999999999"] {
            let stored: Decimal128 = text.parse().unwrap();
            assert_eq!(value(text).unwrap().stored(), stored, "{text}");
        }
        assert_eq!(DecimalValue::from(-120).stored().to_string(), "-120");
    }

    #[test]
    fn equal_numbers_are_equal_when_reduced() {
        for (a, b) in [("1.50", "1.5"), ("100", "1E+2"), ("-0.00", "0")] {
            assert_eq!(value(a).unwrap().reduced(), value(b).unwrap().reduced(), "{a} and {b}");
        }
        assert_eq!(value("1E+2").unwrap().whole(), Some(100));
        assert_eq!(value("-1.0").unwrap().reduced().whole(), Some(-1));
        assert_eq!(value("1.5").unwrap().reduced().whole(), None);
        assert_eq!(value("1E+100").unwrap().whole(), None);
    }

    #[test]
    fn only_digits_are_a_number() {
        for text in ["1", "-1", "+1", "1.5", ".5", "5.", "1e3", "1E+3", "1e-3", "007"] {
            assert!(DecimalValue::parse(text).is_some(), "{text}");
        }
        let too_exact = "1".repeat(35);
        for text in
            ["", "-", ".", "e3", "1e", "1e+", "++1", "1.+5", "0+5", "1_000", " 1", "NaN", "inf", "1,5", "1e9999", too_exact.as_str()]
        {
            assert!(DecimalValue::parse(text).is_none(), "{text}");
        }
    }
}
