//! [`Stage`]: one step of a pipeline, without its types.
//!
//! Filled by the builder in `action`, which knows the types; turned into what is sent by `render`.

use super::{aggregate::Aggregate, expr::Expr, include::Lookup, path::RawPath, sort::SortKey, term::Term};
use crate::{codec::EncodeError, schema::Schema};
use bson::{Bson, Document};

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
    /// Makes one of each item of a list, which then stands at this path.
    Unwind(RawPath),
    /// Makes other documents of them.
    Project(Assignments<Term>),
    /// Adds fields to them.
    Add(Assignments<Term>),
    /// Makes one document of those with equal keys.
    Group {
        /// What they are told apart by.
        keys: Vec<(RawPath, Term)>,
        results: Assignments<Aggregate>,
    },
    /// Makes one document of those between two boundaries.
    Bucket {
        of: Term,
        boundaries: Vec<Result<Bson, EncodeError>>,
        /// What takes the lower boundary.
        bounds: Vec<RawPath>,
        results: Assignments<Aggregate>,
    },
    /// Adds the related documents to each.
    Lookup {
        to: RawPath,
        lookup: Lookup,
        /// What is read of each related document.
        of: &'static Schema,
        /// Whether they are a list, and not one or none.
        many: bool,
        into: &'static Schema,
    },
    /// Makes one document of all, of what comes of several pipelines.
    Facet(Assignments<Vec<Stage>>),
    /// Adds those of another collection that match.
    UnionWith(&'static Schema, Expr),
    /// Says what they are from here on.
    Shaped(&'static Schema),
    /// Keeps what is read at these paths, for which so much has to be sent.
    Select { paths: Vec<RawPath>, needs: Vec<String> },
    /// Keeps these fields.
    Fields(&'static [&'static str]),
    /// Counts them.
    Count,
    /// Whatever the user wrote.
    Raw(Document),
}

/// What each field of the documents that a stage makes is set to.
#[derive(Clone, Debug)]
pub(crate) struct Assignments<V> {
    /// What those documents are.
    pub(crate) into: &'static Schema,
    pub(crate) fields: Vec<(RawPath, V)>,
}

impl<V> Assignments<V> {
    pub(crate) fn new(into: &'static Schema) -> Self {
        Self { into, fields: Vec::new() }
    }
}
