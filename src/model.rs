//! The traits that the derive macros implement, and the types that stand in models.
//!
//! They are small on purpose: a model says what it is; every verb lives on [`Db`](crate::Db).

mod composite;
mod draft_state;
mod enums;
mod field_type;
mod geo;
mod id;
#[allow(clippy::module_inception)]
mod model;
mod native;
mod registered;
mod related;
mod unwound;
mod view;

pub use composite::Composite;
pub use draft_state::{Fills, Given, Set, SetAt, Unset};
pub use enums::Enum;
pub(crate) use enums::{decode_enum, encode_enum, enum_key, enum_of_key, find_variant};
pub use field_type::FieldType;
pub use geo::{LineString, Point, Polygon};
pub use id::Id;
pub use model::{Model, Root};
pub use registered::Registered;
pub(crate) use registered::declared;
pub use related::{FillRelated, Filling, Related};
pub use unwound::Unwound;
pub use view::View;
