//! [`View`]: a part of a document, read without the rest.

use crate::codec::Decode;

/// A struct that reads some fields of a document, and may borrow from its bytes. Derived by [`#[derive(View)]`](macro@crate::View).
#[diagnostic::on_unimplemented(message = "`{Self}` is not a view", label = "`#[derive(View)]` is missing")]
pub trait View {
    /// The view over bytes that live for `'a`.
    type Of<'a>: Decode<'a>;

    /// The stored names of the fields that it reads, in order.
    const FIELDS: &'static [&'static str];
}
