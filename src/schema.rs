//! What a declaration says, as plain data: fields, relations and indexes of a model.
//!
//! Filled by the derive macros, read by every room that needs to know how a model is stored. No traits, no I/O.

mod field;
mod index;
mod limit;
mod model;
mod relation;
mod verify;

pub use field::{Absent, Field, Fill, Kind, Role};
pub(crate) use field::{Constant, FIRST_VERSION};
pub use index::{Direction, IndexKey, IndexSchema};
pub use limit::{Broken, Limits};
pub(crate) use limit::{check_document, check_items, check_value};
pub use model::Schema;
pub(crate) use model::registered_with;
pub use relation::{Link, RelationKind, RelationSchema};
pub(crate) use verify::verify;
