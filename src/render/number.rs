//! [`as_long`]: numbers of Rust as the server takes them.
//!
//! Read wherever a size, a limit or a position is written into a stage or a condition.

/// As a `long`, and the largest one for what is larger: no documents, items or bytes are counted that far.
pub(super) fn as_long(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
