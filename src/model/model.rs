//! [`Model`]: a struct that is a collection.

use super::FieldType;
use crate::{
    codec::{Decode, EncodeDocument},
    schema::Schema,
};

/// What a path may start from: a model or a composite.
pub trait Root: Sized + Send + Sync + 'static {
    /// What paths start from where lists were unwound.
    type Unwound: Root;
}

/// A struct that is a collection. Derived by [`#[derive(Model)]`](macro@crate::Model).
#[diagnostic::on_unimplemented(message = "`{Self}` is not a model", label = "`#[derive(Model)]` is missing")]
pub trait Model: Root + EncodeDocument + for<'a> Decode<'a> {
    /// The type of its `_id`.
    type Id: FieldType;

    /// Its declaration as plain data.
    fn schema() -> &'static Schema;

    /// Takes over from another value what no document holds: relations, and skipped fields.
    #[doc(hidden)]
    fn keep_unstored(&mut self, _from: &mut Self) {}
}
