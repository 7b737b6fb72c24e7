//! What stages make of documents: the builders that say, field by field, what the new ones hold.
//!
//! Handed to the user's closure by the stages of a pipeline in `action`, over the untyped [`Assignments`].

use super::{
    aggregate::{Agg, Aggregate},
    capability::Ordered,
    computed::{Computes, Fits, Within},
    documents::schema_of,
    path::{Path, RawPath},
    pipeline::Assignments,
    term::Term,
    value::IntoValue,
};
use crate::{
    codec::{EncodeError, to_bson},
    model::{Composite, FieldType},
};
use bson::Bson;
use std::{fmt, marker::PhantomData};

/// The fields of documents of `C`, each set to a value of the documents of `R` that they are made of.
#[must_use = "what is set counts where it is returned"]
pub struct Projected<R, C> {
    pub(crate) fields: Assignments<Term>,
    marker: PhantomData<fn() -> (R, C)>,
}

impl<R, C: Composite> Projected<R, C> {
    pub(crate) fn new() -> Self {
        Self { fields: Assignments::new(schema_of::<C>()), marker: PhantomData }
    }

    /// Sets a field to the value at a path, or to what is calculated: `p.set(Card::total, Order::price * Order::quantity)`.
    pub fn set<T, K, V>(mut self, field: Path<C, T, K>, value: V) -> Self
    where
        V: Computes<Root: Within<R>, Type: Fits<T>>,
    {
        self.fields.fields.push((field.raw, value.into_term()));
        self
    }
}

/// The fields of documents of `C`, each of which stands for documents of `R` with equal keys.
#[must_use = "what is set counts where it is returned"]
pub struct Groups<R, C> {
    pub(crate) keys: Vec<(RawPath, Term)>,
    pub(crate) results: Assignments<Aggregate>,
    marker: PhantomData<fn() -> (R, C)>,
}

impl<R, C: Composite> Groups<R, C> {
    pub(crate) fn new() -> Self {
        Self { keys: Vec::new(), results: Assignments::new(schema_of::<C>()), marker: PhantomData }
    }

    /// Groups by the value at a path, or by what is calculated, which the field gets: `g.by(PerYear::year, Order::at.year())`. Groups are
    /// of documents with equal keys; without a key all documents are one group.
    pub fn by<T: FieldType, K, V>(mut self, field: Path<C, T, K>, value: V) -> Self
    where
        V: Computes<Root: Within<R>, Type: Fits<T>>,
    {
        // The server tells documents apart by the order of their fields, and by whether a `None` is null or missing.
        const { assert!(T::KIND.is_scalar(), "documents can be grouped by scalar values: group by the fields of a composite") };
        self.keys.push((field.raw, value.into_term()));
        self
    }

    /// Sets a field to an aggregate over the documents of each group: `g.set(PerYear::total, sum(Order::total))`.
    pub fn set<T, K, X: Within<R>, U: Fits<T>>(mut self, field: Path<C, T, K>, aggregate: Agg<X, U>) -> Self {
        self.results.fields.push((field.raw, aggregate.aggregate));
        self
    }
}

/// The fields of documents of `C`, each of which stands for documents of `R` whose values of type `B` lie between two boundaries.
#[must_use = "what is set counts where it is returned"]
pub struct Buckets<R, C, B> {
    pub(crate) bounds: Vec<RawPath>,
    pub(crate) results: Assignments<Aggregate>,
    marker: PhantomData<fn() -> (R, C, B)>,
}

impl<R, C: Composite, B> Buckets<R, C, B> {
    pub(crate) fn new() -> Self {
        Self { bounds: Vec::new(), results: Assignments::new(schema_of::<C>()), marker: PhantomData }
    }

    /// Sets a field to the lower boundary; `None` is the bucket of the documents that lie in no other.
    pub fn from<K>(mut self, field: Path<C, Option<B>, K>) -> Self {
        self.bounds.push(field.raw);
        self
    }

    /// Sets a field to an aggregate over the documents of each bucket.
    pub fn set<T, K, X: Within<R>, U: Fits<T>>(mut self, field: Path<C, T, K>, aggregate: Agg<X, U>) -> Self {
        self.results.fields.push((field.raw, aggregate.aggregate));
        self
    }
}

/// The boundaries of buckets for values of type `T`, as they are stored.
pub(crate) fn stored_boundaries<T: Ordered, V>(
    boundaries: impl IntoIterator<Item = impl IntoValue<T::Value, V>>,
) -> Vec<Result<Bson, EncodeError>> {
    let stored = |boundary: T::Value| match T::is_finer(&boundary) {
        // Cut, it would let in what lies before it.
        true => Err(EncodeError::of("boundaries as fine as what is stored")),
        false => to_bson(&boundary),
    };
    boundaries.into_iter().map(|boundary| stored(boundary.into_value())).collect()
}

impl<R, C> fmt::Debug for Projected<R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Projected({} fields)", self.fields.fields.len())
    }
}
impl<R, C> fmt::Debug for Groups<R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Groups({} keys, {} fields)", self.keys.len(), self.results.fields.len())
    }
}
impl<R, C, B> fmt::Debug for Buckets<R, C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buckets({} fields)", self.results.fields.len())
    }
}
