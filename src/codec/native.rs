//! Native overrides: values that are stored as another BSON type than their own, as `as = "…"` and `serde` on a field declare.
//!
//! A type says by [`StoredAs`] how it is written as what a marker such as [`AsLong`] names. [`Native`] is that type as it is stored, of
//! which paths, filters and schemas speak; [`Storage`] reads and writes the field itself, which has the plain type.

mod by_serde;
mod bytes;
pub(super) mod number;
mod storage;
mod stored_as;
mod text;

pub use storage::{Storage, Via};
pub use stored_as::{AsBinary, AsDate, AsDecimal, AsDouble, AsLong, AsObjectId, AsSerde, AsString, AsTimestamp, Native, StoredAs};
