//! What comes of a pipeline: values, views, selected paths, or their number.

use super::{super::view::Rows, stages::Pipeline};
use crate::{
    Error, Result,
    codec::{Decode, DecodeError, Raw, from_document},
    driver::Batch,
    model::{Model, View},
    query::{Column, Documents, Reshaped, Selection, Stage},
    relation,
    render::render_stages,
    schema::Layout,
};
use futures::future::BoxFuture;
use std::{collections::BTreeMap, fmt, future::IntoFuture, marker::PhantomData};

impl<M: Model, S> Pipeline<M, S> {
    /// How many documents come of it. Sends one `aggregate` with `{"$count": "n"}` behind the stages, in one round trip; of no documents
    /// the count is 0.
    ///
    /// # Errors
    /// As [`as_`](Self::as_).
    pub fn count(self) -> PipelineCount<M> {
        PipelineCount(self.with(Stage::Count).known_as())
    }

    /// The documents as values of `T`: a model, a composite, a view that borrows nothing, or a `Document`. Sends one `aggregate` with the
    /// stages, and one `getMore` for each 16 MiB after the first 101 documents.
    ///
    /// # Errors
    /// [`Error::Decode`] where one is not what `T` says, which names the model and the collection that the pipeline starts from;
    /// [`Error::Invalid`] where a value in a filter cannot be compared with its field, or an order by relevance has no search; and what the
    /// server and the connection report.
    pub fn as_<T: for<'a> Decode<'a> + 'static>(self) -> PipelineRead<M, T> {
        PipelineRead { pipeline: self.known_as(), marker: PhantomData }
    }

    /// The fields of the view `V`, which may borrow from the replies. Sends what [`as_`](Self::as_) sends, with `{"$project": {…}}` behind
    /// the stages.
    ///
    /// # Errors
    /// As [`as_`](Self::as_), but that a document which is not what the view says is reported by [`Rows::iter`].
    pub fn view<V: View + 'static>(self) -> PipelineView<M, V> {
        PipelineView { pipeline: self.with(Stage::Fields(V::FIELDS)).known_as(), marker: PhantomData }
    }

    /// The values at these paths alone: one path gives its values, a tuple of up to twelve gives tuples. Sends what [`as_`](Self::as_)
    /// sends, with `{"$project": {…}}` behind the stages.
    ///
    /// # Errors
    /// As [`as_`](Self::as_).
    pub fn select<P: Selection<S::Root, Out: Send + 'static>>(self, paths: P) -> PipelineSelect<M, P::Out>
    where
        S: Documents<M>,
    {
        let mut columns = Vec::new();
        paths.columns(Layout::from(S::schema()), &mut columns);
        let stage = Stage::Select {
            paths: columns.iter().map(|column| column.path.clone()).collect(),
            needs: columns.iter().flat_map(Column::needs).collect(),
        };
        PipelineSelect { pipeline: self.with(stage).known_as(), columns, read: |columns, document| P::read(&mut columns.iter(), document) }
    }

    async fn read(self) -> Result<Vec<Batch>> {
        let Self { db, stages, options, deadline, .. } = self;
        let scope = db.scope(deadline);
        let stages = relation::resolve_stages(&db, &scope, stages, &options).await?;
        let pipeline = render_stages(M::schema(), &stages)?;
        db.connection().aggregate(&scope, M::schema(), pipeline, options).await?.all().await
    }
}

/// The documents of a pipeline as values of `T`; awaiting it sends it.
#[must_use = "a pipeline does nothing unless awaited"]
pub struct PipelineRead<M, T> {
    pipeline: Pipeline<M, Reshaped>,
    marker: PhantomData<fn() -> T>,
}

impl<M: Model, T: for<'a> Decode<'a> + 'static> IntoFuture for PipelineRead<M, T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let batches = self.pipeline.read().await?;
            let mut found = Vec::new();
            for document in batches.iter().flat_map(Batch::documents) {
                let document = document?;
                found.push(from_document(document).map_err(|error| Error::decode(M::schema(), document, error))?);
            }
            Ok(found)
        })
    }
}

/// The values at some paths of a pipeline's documents; awaiting it sends it.
#[must_use = "a pipeline does nothing unless awaited"]
pub struct PipelineSelect<M, T> {
    pipeline: Pipeline<M, Reshaped>,
    columns: Vec<Column>,
    read: fn(&[Column], &Raw<'_>) -> Result<T, DecodeError>,
}

impl<M: Model, T: Send + 'static> IntoFuture for PipelineSelect<M, T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { pipeline, columns, read } = self;
            let batches = pipeline.read().await?;
            let mut found = Vec::new();
            for document in batches.iter().flat_map(Batch::documents) {
                let document = document?;
                let selected = Raw::document(document).and_then(|raw| read(&columns, &raw));
                found.push(selected.map_err(|error| Error::decode(M::schema(), document, error))?);
            }
            Ok(found)
        })
    }
}

/// The documents of a pipeline as views; awaiting it sends it.
#[must_use = "a pipeline does nothing unless awaited"]
pub struct PipelineView<M, V> {
    pipeline: Pipeline<M, Reshaped>,
    marker: PhantomData<fn() -> V>,
}

impl<M: Model, V: View + 'static> IntoFuture for PipelineView<M, V> {
    type Output = Result<Rows<V>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(Rows::new(M::schema(), self.pipeline.read().await?)) })
    }
}

/// How many documents come of a pipeline; awaiting it sends it.
#[must_use = "a pipeline does nothing unless awaited"]
pub struct PipelineCount<M>(Pipeline<M, Reshaped>);

impl<M: Model> IntoFuture for PipelineCount<M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let batches = self.0.read().await?;
            let mut count = 0;
            // One row with one number, or none.
            for row in batches.iter().flat_map(Batch::documents) {
                let row: BTreeMap<String, u64> = from_document(row?).map_err(|error| Error::decode(M::schema(), &[], error))?;
                count += row.values().sum::<u64>();
            }
            Ok(count)
        })
    }
}

impl<M, T> fmt::Debug for PipelineRead<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pipeline.fmt(f)
    }
}
impl<M, V> fmt::Debug for PipelineView<M, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pipeline.fmt(f)
    }
}
impl<M> fmt::Debug for PipelineCount<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<M, T> fmt::Debug for PipelineSelect<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pipeline.fmt(f)
    }
}
