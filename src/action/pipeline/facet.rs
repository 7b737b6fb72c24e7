//! [`Facets`]: several pipelines over the same documents.

use super::stages::Pipeline;
use crate::{
    model::{Composite, Model},
    query::{Assignments, Path, Shaped, Stage, schema_of},
};
use std::{fmt, marker::PhantomData};

/// The fields of the one document of `C` that a [`facet`](Pipeline::facet) makes, each what comes of a pipeline.
#[must_use = "what is set counts where it is returned"]
pub struct Facets<M, S, C> {
    /// Where each pipeline starts.
    start: Pipeline<M, S>,
    pub(super) fields: Assignments<Vec<Stage>>,
    marker: PhantomData<fn() -> C>,
}

impl<M: Model, S, C: Composite> Facets<M, S, C> {
    pub(super) fn new(start: Pipeline<M, S>) -> Self {
        Self { start, fields: Assignments::new(schema_of::<C>()), marker: PhantomData }
    }

    /// Sets a field to what comes of a pipeline over the documents. Options that this pipeline is given, such as a comment or variables, play
    /// no part: the command has those of the whole.
    pub fn set<T: Composite, K>(
        mut self,
        field: Path<C, Vec<T>, K>,
        stages: impl FnOnce(Pipeline<M, S>) -> Pipeline<M, Shaped<T>>,
    ) -> Self {
        self.fields.fields.push((field.raw, stages(self.start.branch()).stages));
        self
    }
}

impl<M, S, C> fmt::Debug for Facets<M, S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Facets({} fields)", self.fields.fields.len())
    }
}
