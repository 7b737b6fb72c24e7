//! [`Expr`]: a filter without its types, closed and small.
//!
//! Filled by the operators, read by `render`. Negative operators are the negation of the positive ones (`ne` is `!eq`), so that each meaning
//! is rendered once.

use crate::codec::EncodeError;
use bson::Bson;
use std::borrow::Cow;

/// A predicate on a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// True of every document.
    All,
    /// True of none.
    Nothing,
    /// True where all are.
    And(Vec<Expr>),
    /// True where one is.
    Or(Vec<Expr>),
    /// True where the other is not.
    Not(Box<Expr>),
    /// A test of what stands at a stored path.
    Test(Cow<'static, str>, Test),
    /// An operand that the codec cannot store, with the path that it was compared with. Said when the filter is used.
    Fault(String, EncodeError),
}

/// A test of one value. Operands have passed the field's codec.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal to the operand.
    Eq(Bson),
    /// Equal to one of the operands.
    In(Vec<Bson>),
    /// On that side of the operand.
    Compare(Order, Bson),
    /// Text with the operand in it.
    Contains(String),
    /// Text that starts with the operand.
    StartsWith(String),
    /// Text that ends with the operand.
    EndsWith(String),
    /// A list with the operand in it.
    Has(Bson),
    /// `None`: null or missing.
    IsNone,
    /// A composite of which the inner predicate is true.
    Is(Box<Expr>),
    /// A list with a composite of which the inner predicate is true.
    Some(Box<Expr>),
}

/// A side of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
}

impl Expr {
    /// The conjunction of nothing. It is true of every document as [`All`](Self::All) is, but nobody wrote that out, so a many-write
    /// refuses it.
    pub(crate) const EMPTY: Self = Self::And(Vec::new());

    /// Both; what is neutral is folded at once.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, e) | (e, Self::All) => e,
            (Self::And(none), e) | (e, Self::And(none)) if none.is_empty() => e,
            (Self::And(mut left), Self::And(right)) => {
                left.extend(right);
                Self::And(left)
            }
            (Self::And(mut left), e) => {
                left.push(e);
                Self::And(left)
            }
            (left, right) => Self::And(vec![left, right]),
        }
    }

    /// Either.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, e) | (e, Self::Nothing) => e,
            (Self::Or(mut left), Self::Or(right)) => {
                left.extend(right);
                Self::Or(left)
            }
            (Self::Or(mut left), e) => {
                left.push(e);
                Self::Or(left)
            }
            (left, right) => Self::Or(vec![left, right]),
        }
    }

    /// The exact complement.
    pub(crate) fn negate(self) -> Self {
        match self {
            Self::All => Self::Nothing,
            Self::Nothing => Self::EMPTY,
            Self::Not(inner) => *inner,
            // A fault stays one whichever way it is asked.
            Self::Fault(path, error) => Self::Fault(path, error),
            other => Self::Not(Box::new(other)),
        }
    }
}
