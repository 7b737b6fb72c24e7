//! [`Rows`]: what a read makes of the documents that it finds.
//!
//! Chosen by the builder in `find`, `select` and `lenient`; read by `read`. The functions in it are identities that the compiler has seen
//! where the types are known, so that one read serves all three and converts nothing.

use crate::{
    Error, Result,
    codec::{DecodeError, Raw},
    model::Model,
    query::{Column, Selection},
    render::render_paths,
    schema::{Layout, Schema},
};
use bson::Document;
use std::convert::identity;

/// How documents of `M` become a `T` each.
pub(super) enum Rows<M, T> {
    /// They are read whole, and one that cannot be read ends the read.
    Whole(fn(Vec<M>) -> Vec<T>),
    /// They are read whole, each with a result of its own.
    Lenient(fn(Vec<Result<M>>) -> Vec<T>),
    /// Some paths are read, and nothing else is sent.
    Selected(Vec<Column>, fn(&[Column], &Raw<'_>) -> Result<T, DecodeError>),
}

impl<M> Rows<M, M> {
    pub(super) fn whole() -> Self {
        Self::Whole(identity)
    }
}

impl<M> Rows<M, Result<M>> {
    pub(super) fn lenient() -> Self {
        Self::Lenient(identity)
    }
}

impl<M, T> Rows<M, T> {
    pub(super) fn selected<P: Selection<M, Out = T>>(selection: &P) -> Self
    where
        M: Model,
    {
        let mut columns = Vec::new();
        selection.columns(Layout::from(M::schema()), &mut columns);
        Self::Selected(columns, |columns, document| P::read(&mut columns.iter(), document))
    }

    /// What the server has to send; everything where nothing is said.
    ///
    /// # Errors
    /// A path that cannot be asked for.
    pub(super) fn projection(&self, schema: &Schema) -> Result<Option<Document>> {
        let Self::Selected(columns, _) = self else { return Ok(None) };
        match columns.iter().find_map(|column| Some((column, column.path.fault()?))) {
            Some((column, fault)) => Err(Error::rule(schema, column.path.stored(), fault.rule())),
            None => Ok(render_paths(columns.iter().flat_map(Column::needs))),
        }
    }
}
