//! [`Stage`]: one step of a pipeline, without its types.
//!
//! Filled by the builder in `action`, which knows the types; turned into what is sent by `render`.

use super::{expr::Expr, path::RawPath, sort::SortKey};
use crate::schema::Schema;
use bson::Document;

/// What a pipeline does with its documents next.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// Keeps those that match.
    Match(Expr),
    /// Puts them in order.
    Sort(Vec<SortKey>),
    /// Leaves out the first so many.
    Skip(u64),
    /// Keeps the first so many.
    Take(u64),
    /// Keeps so many, by chance.
    Sample(u64),
    /// Makes one of each item of a list.
    Unwind(RawPath),
    /// Adds those of another collection that match.
    UnionWith(&'static Schema, Expr),
    /// Keeps these fields.
    Fields(&'static [&'static str]),
    /// Counts them.
    Count,
    /// Whatever the user wrote.
    Raw(Document),
}
