//! The operators of a path, each giving a filter; one file for each family.
//!
//! Bounds stand on the methods, so that a missing capability is said in its own words.

mod composite;
mod equality;
mod geo;
mod list;
mod map;
mod number;
mod order;
mod presence;
mod related_by;
mod related_count;
mod relation;
mod tested;
mod text;

pub use equality::{Given, Operand};
pub use geo::{Geo, Geometry};
pub use list::Length;
pub use map::Map;
pub use number::Integer;
pub use related_by::RelatedField;
pub use related_count::RelatedCount;
pub use text::IgnoringCase;
