//! Values in expressions.

use bson::{Bson, doc};

/// A value that no part of an expression is read into: a text may begin as a path does, a document as an operator.
pub(super) fn literal(value: &Bson) -> Bson {
    match value {
        Bson::Null | Bson::Boolean(_) | Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) => value.clone(),
        value => Bson::from(doc! { "$literal": value.clone() }),
    }
}
