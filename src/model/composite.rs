//! [`Composite`]: a type that is an embedded document.

use super::Root;
use crate::schema::Shape;

/// A struct or a tagged union that is an embedded document. Derived by [`#[derive(Composite)]`](macro@crate::Composite).
#[diagnostic::on_unimplemented(message = "`{Self}` is not a composite", label = "this needs an embedded document: `#[derive(Composite)]`")]
pub trait Composite: Root {
    /// Its stored fields, or the variants of a union.
    const SHAPE: &'static Shape;
}
