//! What follows from an enum: its numbers.

use crate::ir::{DiscriminantIr, EnumIr, NumberIr, ReprIr, VariantIr};
use std::ops::RangeInclusive;

impl EnumIr {
    /// The number of each variant, which is its `value`, its discriminant, or one more than that before it, as Rust counts. The variant
    /// that keeps other values has none and is not counted.
    pub(crate) fn numbers(&self) -> Vec<NumberIr> {
        let mut next = 0;
        let number = |variant: &VariantIr| {
            let written = match (variant.value, variant.discriminant) {
                (Some(value), _) | (None, Some(DiscriminantIr::Literal(value))) => Some(value),
                (None, _) => None,
            };
            let number = written.unwrap_or(NumberIr { value: next, span: variant.ident.span() });
            next = number.value.saturating_add(1);
            number
        };
        self.variants.iter().map(number).collect()
    }
}

impl ReprIr {
    /// The type, as it is written.
    pub(crate) fn spelling(self) -> &'static str {
        match self {
            Self::Int32 => "i32",
            Self::Int64 => "i64",
        }
    }

    /// The numbers that can be stored.
    pub(crate) fn range(self) -> RangeInclusive<i128> {
        match self {
            Self::Int32 => i32::MIN.into()..=i32::MAX.into(),
            Self::Int64 => i64::MIN.into()..=i64::MAX.into(),
        }
    }
}
