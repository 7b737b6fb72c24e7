//! What a declaration says, as plain data: fields, relations and indexes of a model.
//!
//! Filled by the derive macros, read by every room that needs to know how a model is stored. No traits, no I/O.
//!
//! Users get it as [`Model::schema`](crate::Model::schema): a [`Schema`] prints, compares and serializes to JSON. Its [`Field`]s refer to
//! composites by their [`Shape`].
//!
//! ```
//! # use chakra::prelude::*;
//! #[derive(Model)]
//! struct Item {
//!     #[chakra(id)]
//!     id: i64,
//!     #[chakra(name = "n", default = 1)]
//!     count: i32,
//! }
//! let json = serde_json::json!({
//!     "model": "Item",
//!     "collection": "items",
//!     "fields": [
//!         { "name": "id", "stored": "_id", "type": "Int64", "role": "id" },
//!         { "name": "count", "stored": "n", "type": "Int32", "default": 1 },
//!     ],
//! });
//! assert_eq!(serde_json::to_value(Item::schema())?, json);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
#![doc = include_str!("docs/validators.md")]

mod collation;
mod collection;
mod describe;
mod describe_index;
mod diagram;
mod edge;
mod field;
mod index;
mod inverse;
mod key_path;
mod limit;
mod listing;
mod model;
mod plain;
mod relation;
mod shape;
pub(crate) mod step;
mod types;
mod verify;
mod verify_index;
mod verify_orphans;
mod verify_validator;

pub use collation::CollationSchema;
pub use collection::{CollectionKind, Granularity, TimeSeries};
pub(crate) use diagram::draw;
pub(crate) use edge::{Edge, Form, Loose, edges, relations_of};
pub use field::{Absent, Field, Fill, Generator, Kind, Role};
pub(crate) use field::{Constant, FIRST_VERSION};
pub use index::{Direction, IndexKey, IndexOptions, IndexSchema, KeyForm, PartialFilter, Projection, TextIndex};
pub(crate) use key_path::{KeyPath, key_path};
pub use limit::{Broken, Limits, Pattern, Rule, Verdict};
pub(crate) use limit::{MAX_DOCUMENT, check_document, check_items, check_kind, check_value, counted};
pub use model::Schema;
pub(crate) use model::registered_with;
pub(crate) use relation::{IdListLimit, is_authority};
pub use relation::{Link, ReferentialAction, RelationKind, RelationSchema};
pub(crate) use shape::Layout;
pub use shape::{EnumSchema, Shape, Tag, Variant};
pub(crate) use step::SyncPlan;
pub(crate) use types::reads_as;
pub(crate) use verify::{verify, verify_referrers};
pub(crate) use verify_orphans::verify_orphans;
