//! Values in expressions.

use bson::{Bson, doc};

/// A value that no part of an expression is read into: a text may begin as a path does, a document as an operator.
pub(super) fn literal(value: &Bson) -> Bson {
    if stands_for_itself(value) { value.clone() } else { Bson::from(doc! { "$literal": value.clone() }) }
}

/// Whether an expression that is this value is the value.
fn stands_for_itself(value: &Bson) -> bool {
    match value {
        Bson::String(text) => !text.starts_with('$'),
        // Item by item a long list would be read as a list of expressions.
        Bson::Array(items) => items.is_empty(),
        Bson::Null | Bson::Boolean(_) | Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => true,
        Bson::ObjectId(_) | Bson::DateTime(_) | Bson::Timestamp(_) | Bson::Binary(_) => true,
        _ => false,
    }
}
