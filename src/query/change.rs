//! [`Change`]: one change of what stands at a stored path, without its types.
//!
//! Filled by the operators of an [`Update`](super::Update). Made in memory by `apply`, and turned into the server's operators by `render`.

use super::{expr::Expr, path::RawPath};
use crate::codec::EncodeError;
use bson::Bson;

/// One change of what stands at a stored path.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where.
    pub path: RawPath,
    /// What.
    pub operation: Operation,
}

/// What is done with a value. Operands have passed the field's codec.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// The operand is put there; null stands for `None`.
    Set(Bson),
    /// The field is taken out.
    Unset,
    /// The number is added.
    Inc(Bson),
    /// The number is multiplied with.
    Mul(Bson),
    /// The operand is put there where it is less.
    Min(Bson),
    /// The operand is put there where it is greater.
    Max(Bson),
    /// The bits of a whole number are combined with the operand's.
    Bits(BitOperation, Bson),
    /// The server's clock is put there.
    CurrentDate,
    /// The items are appended to the list.
    Push(Vec<Bson>),
    /// The items that the list has not are appended to it, one after the other.
    AddToSet(Vec<Bson>),
    /// All items that equal one of these are taken out of the list.
    Pull(Vec<Bson>),
    /// All composites of which the predicate is true are taken out of the list.
    PullWhere(Expr),
    /// One item is taken off an end of the list.
    Pop(End),
    /// The composites in the list of which the predicate is true are changed; paths are theirs.
    Elements(Expr, Vec<Change>),
    /// A value that the codec cannot store, or a path that cannot be written. Said when the update is used.
    Fault(EncodeError),
}

/// How bits are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitOperation {
    /// Those that both have.
    And,
    /// Those that one has.
    Or,
    /// Those that only one has.
    Xor,
}

/// An end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where its first item is.
    First,
    /// Where its last item is.
    Last,
}

impl Change {
    /// The stored path that is changed.
    #[must_use]
    pub fn stored(&self) -> &str {
        self.path.stored()
    }
}
