//! What follows from `as` and `serde`: how each is spelled, and what is stored then.

use crate::ir::NativeForm;

impl NativeForm {
    /// The values of `as`.
    pub(crate) const SPELLINGS: &[(&str, Self)] = &[
        ("object_id", Self::ObjectId),
        ("long", Self::Long),
        ("double", Self::Double),
        ("decimal", Self::Decimal),
        ("string", Self::String),
        ("date", Self::Date),
        ("timestamp", Self::Timestamp),
        ("binary", Self::Binary),
    ];

    /// The attribute, as it is written.
    pub(crate) fn attribute(self) -> String {
        match Self::SPELLINGS.iter().find(|(_, form)| *form == self) {
            Some((spelling, _)) => format!("as = \"{spelling}\""),
            None => String::from("serde"),
        }
    }

    /// What is stored, for messages.
    pub(crate) fn stored(self) -> &'static str {
        match self {
            Self::ObjectId => "an ObjectId",
            Self::Long => "an Int64",
            Self::Double => "a Double",
            Self::Decimal => "a Decimal128",
            Self::String => "a String",
            Self::Date => "a Date",
            Self::Timestamp => "a Timestamp",
            Self::Binary => "a Binary",
            Self::Serde => "what serde makes of it",
        }
    }
}
