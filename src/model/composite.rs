//! [`Composite`]: a struct that is an embedded document.

use super::Root;
use crate::schema::Field;

/// A struct that is an embedded document. Derived by [`#[derive(Composite)]`](macro@crate::Composite).
#[diagnostic::on_unimplemented(message = "`{Self}` is not a composite", label = "this needs an embedded document: `#[derive(Composite)]`")]
pub trait Composite: Root {
    /// Its stored fields, in order.
    const FIELDS: &'static [Field];
}
