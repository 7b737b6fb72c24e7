//! What is wanted, as pure values: paths, filters, orders, updates, drafts, includes, aggregates, groups, stages.
//!
//! Typed shells ([`Path`], [`Filter`], [`Update`]) over untyped cores ([`Expr`], [`Change`]), erased once; `render` turns the cores into
//! BSON. Nothing here knows the server.
#![doc = include_str!("docs/meaning.md")]
#![doc = include_str!("docs/updates.md")]
#![doc = include_str!("docs/operators.md")]
#![doc = include_str!("docs/relations.md")]

mod aggregate;
mod apply;
mod attach;
mod bulk;
mod capability;
mod change;
mod column;
mod computed;
mod difference;
mod distinct;
mod documents;
mod draft;
mod draft_steps;
mod eval;
mod expr;
mod filter;
mod from_query;
mod group;
mod include;
mod key;
mod nested;
mod numbers;
mod operator;
mod page;
mod patch;
mod path;
mod pipeline;
mod place;
mod range;
mod related_write;
mod reshape;
mod rules;
mod search;
mod select;
mod shape;
mod sort;
mod term;
mod token;
mod tracked;
mod update;
mod update_related;
mod value;

pub(crate) use aggregate::Results;
pub use aggregate::{Agg, Aggregate, Aggregates, Summed, Total, avg, count, count_of, first_of, last_of, list_of, max, min, set_of, sum};
pub(crate) use attach::{Attach, Fetched, IncludeNode, RawDocuments};
pub(crate) use bulk::{BulkOperation, BulkWrite};
pub use capability::{
    Dated, Elements, Expiring, List, Number, OneValue, Optional, Ordered, Resizable, Sequence, Spherical, Text, Texts, Unsettable,
};
pub use change::{BitOperation, Change, End, Operation};
pub(crate) use column::Column;
pub use computed::{Computed, Computes, Factor, Fits, Joins, TextPart, Within, constant_of};
pub(crate) use distinct::DistinctParts;
pub use distinct::{DistinctKey, Distinctive};
pub(crate) use documents::schema_of;
pub use documents::{Apart, Documents, Reshaped, Shaped, Unchanged};
pub use draft::{Complete, Draft, DraftCore, Drafts, one_core};
pub(crate) use draft::{DraftKey, DraftParts};
pub use draft_steps::{DraftSteps, Drafted};
pub(crate) use eval::{holds, is_equal, is_nan};
pub use expr::{BitTest, Expr, GeoTest, Order, PathTest, RelatedTest, Search, Stored, Test, TextTest};
pub use filter::{Filter, IntoFilter};
pub use from_query::QueryRules;
pub(crate) use group::Grouping;
pub use group::{GroupExpr, GroupKey, GroupSort, GroupSortKey, Having, IntoGroupSort};
pub(crate) use include::Lookup;
pub use include::{Include, IntoCount, IntoInclude, IntoLookup, LookedUp, Relation, ToMany, ToOne, ToOptional};
pub(crate) use key::NamedKey;
pub use key::{IntoKey, Key, Keys, UniqueFilter, UniqueKey};
pub(crate) use nested::Found;
pub use nested::{
    Nested, NestedConnect, NestedConnectOrCreate, NestedCreate, NestedCreateMany, NestedWrite, connect, connect_or_create, create,
    create_many,
};
pub(crate) use numbers::Numbers;
pub use operator::{Geo, Geometry, Given, IgnoringCase, Integer, Length, Map, Operand, RelatedCount, RelatedField};
pub(crate) use page::{PageKey, PageOrder};
pub use patch::Patch;
pub(crate) use path::is_optional;
pub use path::{
    Defaulted, Each, Flattened, Identity, Linked, Many, Nav, Navigate, One, Opt, Path, Plain, RawPath, Readable, Unique, Whole, Wrap,
    Writable, sub, sub_flat, sub_variant, variant_path,
};
pub(crate) use pipeline::{Assignments, Stage};
pub(crate) use place::{Held, Level, Place, place};
pub(crate) use related_write::{Changes, RelatedOperation, RelatedWrite};
pub use related_write::{OneDocument, OneRelated, Severable, Which, WhichOne};
pub(crate) use reshape::stored_boundaries;
pub use reshape::{Buckets, Groups, Projected};
pub(crate) use rules::{Checked, Placed, check_changes};
pub use search::{SearchOptions, Searchable};
pub use select::Selection;
pub(crate) use sort::RelatedValue;
pub use sort::{IntoSort, RelatedKey, Sort, SortKey};
pub use term::{Arithmetic, DatePart, DateUnit, Function, Term};
pub(crate) use token::{fingerprint, read_token, write_token};
pub use tracked::{Loaded, Track, Tracked};
pub use update::{Element, Free, Update};
pub use value::IntoValue;
