//! [`Term`]: a value that the server calculates from a document, without its types.
//!
//! Filled by paths and by [`Computed`](super::Computed), read by `render`, which makes expressions of it. Paths stand for what the model
//! reads at them.

use super::path::RawPath;
use crate::codec::EncodeError;
use bson::Bson;

/// A value of each document.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// What the model reads at a path.
    Path(RawPath),
    /// Always this.
    Value(Bson),
    /// What a function makes of others.
    Call(Function, Vec<Term>),
    /// A constant that the codec cannot store. Said when the term is used.
    Fault(EncodeError),
}

/// What the server calculates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// What two numbers are together.
    Calculate {
        /// How.
        operator: Arithmetic,
        /// Whether all of it is of whole numbers, which are exact or an error.
        whole: bool,
    },
    /// The first by the second; nothing where that is 0.
    Divide,
    /// Texts behind each other.
    Concat,
    /// How many items a list has.
    Len,
    /// The first or, where that is nothing, the second.
    Or,
    /// A part of a moment, in UTC.
    Part(DatePart),
    /// The start of the span that a moment is in, in UTC.
    Start(DateUnit),
}

/// How two numbers are calculated with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// Their sum.
    Add,
    /// The first without the second.
    Subtract,
    /// Their product.
    Multiply,
}

/// A part of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePart {
    /// The year.
    Year,
    /// The month, from 1 on.
    Month,
    /// The day of the month, from 1 on.
    Day,
    /// The day of the week, from 1 for Monday to 7.
    Weekday,
    /// The hour, from 0 on.
    Hour,
    /// The minute, from 0 on.
    Minute,
    /// The second, from 0 on.
    Second,
}

/// A span of time that moments are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateUnit {
    /// From 1 January.
    Year,
    /// From the first day of January, April, July or October.
    Quarter,
    /// From the first day of the month.
    Month,
    /// From Monday.
    Week,
    /// From midnight.
    Day,
    /// From the full hour.
    Hour,
    /// From the full minute.
    Minute,
    /// From the full second.
    Second,
}

impl Term {
    /// The first path in it, which stands for it in messages.
    pub(crate) fn path(&self) -> Option<&RawPath> {
        match self {
            Self::Path(path) => Some(path),
            Self::Call(_, terms) => terms.iter().find_map(Self::path),
            Self::Value(_) | Self::Fault(_) => None,
        }
    }

    /// All paths in it.
    pub(crate) fn paths<'t>(&'t self, found: &mut Vec<&'t RawPath>) {
        match self {
            Self::Path(path) => found.push(path),
            Self::Call(_, terms) => terms.iter().for_each(|term| term.paths(found)),
            Self::Value(_) | Self::Fault(_) => {}
        }
    }
}
