//! `pipeline`: stages that the server takes documents through, one after another.

use super::{options::read_options, view::Rows};
use crate::{
    Error, Result,
    codec::{Decode, from_document},
    db::Db,
    driver::{Batch, ReadOptions},
    model::{FieldType, Model, View},
    query::{IntoFilter, IntoSort, List, Path, Stage, Whole},
    render::render_stages,
    schema::Kind,
};
use bson::Document;
use futures::future::BoxFuture;
use std::{collections::BTreeMap, fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The documents of a pipeline are still whole documents of its model.
#[derive(Debug)]
pub enum Unchanged {}
/// The documents of a pipeline are whatever its stages made of them.
#[derive(Debug)]
pub enum Reshaped {}

/// Pipelines of which the model's own filters and orders still speak.
#[diagnostic::on_unimplemented(
    message = "the documents of this pipeline are no longer those of its model",
    label = "`match_` and `sort` stand before `unwind`, `union_with` and `raw`; behind them, `raw` takes any stage"
)]
pub trait OfModel {}
impl OfModel for Unchanged {}

/// A pipeline over documents of `M`, as it is built; [`as_`](Self::as_), [`view`](Self::view) or [`count`](Self::count) says what comes of
/// it. `S` says whether its documents are still those of the model.
#[must_use = "a pipeline does nothing unless its documents are asked for and awaited"]
pub struct Pipeline<M, S = Unchanged> {
    db: Db,
    stages: Vec<Stage>,
    options: ReadOptions,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> (M, S)>,
}

impl Db {
    /// Takes the documents of a collection through stages, in the order in which they are written.
    ///
    /// Sends one `aggregate` (and one `getMore` for each further batch) when what comes of it is awaited.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Composite)] struct Line { sku: String, quantity: i32 }
    /// # #[derive(Model)] struct Order { #[chakra(id)] id: Id<Order>, paid: bool, total: f64, lines: Vec<Line> }
    /// #[derive(View)]
    /// struct Sold {
    ///     #[chakra(name = "_id")]
    ///     sku: String,
    ///     quantity: i64,
    /// }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let best: Vec<Sold> = db
    ///     .pipeline::<Order>()
    ///     .match_(Order::paid.eq(true))
    ///     .unwind(Order::lines)
    ///     .raw(doc! { "$group": { "_id": "$lines.sku", "quantity": { "$sum": "$lines.quantity" } } })
    ///     .raw(doc! { "$sort": { "quantity": -1 } })
    ///     .take(10)
    ///     .as_::<Sold>()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn pipeline<M: Model>(&self) -> Pipeline<M> {
        Pipeline { db: self.clone(), stages: Vec::new(), options: ReadOptions::default(), deadline: None, marker: PhantomData }
    }
}

impl<M: Model, S> Pipeline<M, S> {
    fn with(mut self, stage: Stage) -> Self {
        self.stages.push(stage);
        self
    }

    fn reshaped(self) -> Pipeline<M, Reshaped> {
        Pipeline { db: self.db, stages: self.stages, options: self.options, deadline: self.deadline, marker: PhantomData }
    }

    /// Keeps the documents that match `filter`. Sent as `{"$match": filter}`; nothing is sent for `User::all()`.
    pub fn match_(self, filter: impl IntoFilter<M>) -> Self
    where
        S: OfModel,
    {
        self.with(Stage::Match(filter.into_filter().expr))
    }

    /// Puts the documents in this order; `None` comes first ascending. Sent as `{"$sort": {path: 1}}`.
    ///
    /// An order by relevance needs the search in a `match_` that is the first stage.
    pub fn sort(self, sort: impl IntoSort<M>) -> Self
    where
        S: OfModel,
    {
        self.with(Stage::Sort(sort.into_keys()))
    }

    /// Leaves out the first `n` documents. Sent as `{"$skip": n}`.
    pub fn skip(self, n: u64) -> Self {
        self.with(Stage::Skip(n))
    }

    /// Keeps the first `n` documents. Sent as `{"$limit": n}`; with 0 none are left.
    pub fn take(self, n: u64) -> Self {
        self.with(Stage::Take(n))
    }

    /// Keeps `n` documents that the server chooses by chance, or all where there are fewer. Sent as `{"$sample": {"size": n}}`; with 0 none
    /// are left.
    pub fn sample(self, n: u64) -> Self {
        self.with(Stage::Sample(n))
    }

    /// Makes one document of each item of a list, with the item in the list's place; of a list that is empty, none.
    ///
    /// Sent as `{"$unwind": path}`. Where a missing list reads as one with items, or stands in a variant, a `$set` before it puts there what
    /// the model reads. Bytes are no list, and do not compile.
    pub fn unwind<T: List + FieldType, K: Whole>(self, path: Path<M, T, K>) -> Pipeline<M, Reshaped> {
        const { assert!(matches!(T::KIND, Kind::Array(_)), "bytes are one value and have no items to unwind") };
        self.with(Stage::Unwind(path.raw)).reshaped()
    }

    /// Adds the documents of another collection that match `filter`. Sent as `{"$unionWith": {"coll": …, "pipeline": [{"$match": …}]}}`.
    pub fn union_with<N: Model>(self, filter: impl IntoFilter<N>) -> Pipeline<M, Reshaped> {
        self.with(Stage::UnionWith(N::schema(), filter.into_filter().expr)).reshaped()
    }

    /// Any stage of the server's, as it is. Values in it are not encoded by the model, and a text with `$` in front is a path.
    ///
    /// A `$out` or `$merge` writes, and gives nothing back; of a call that fails nobody then knows what was written, whatever the error says.
    pub fn raw(self, stage: Document) -> Pipeline<M, Reshaped> {
        self.with(Stage::Raw(stage)).reshaped()
    }

    /// How many documents come of it. Sends `{"$count": "n"}` behind the stages; of no documents the count is 0.
    ///
    /// # Errors
    /// As [`as_`](Self::as_).
    pub fn count(self) -> PipelineCount<M> {
        PipelineCount(self.with(Stage::Count).reshaped())
    }

    /// The documents as values of `T`: a model, a composite, a view that borrows nothing, or a `Document`.
    ///
    /// # Errors
    /// [`Error::Decode`] where one is not what `T` says, which names the model and the collection that the pipeline starts from;
    /// [`Error::Invalid`] where a value in a filter cannot be compared with its field, or an order by relevance has no search; and what the
    /// server and the connection report.
    pub fn as_<T: for<'a> Decode<'a> + 'static>(self) -> PipelineRead<M, T> {
        PipelineRead { pipeline: self.reshaped(), marker: PhantomData }
    }

    /// The fields of the view `V`, which may borrow from the replies. Sends `{"$project": {…}}` behind the stages.
    ///
    /// # Errors
    /// As [`as_`](Self::as_), but that a document which is not what the view says is reported by [`Rows::iter`].
    pub fn view<V: View + 'static>(self) -> PipelineView<M, V> {
        PipelineView { pipeline: self.with(Stage::Fields(V::FIELDS)).reshaped(), marker: PhantomData }
    }

    async fn read(self) -> Result<Vec<Batch>> {
        let Self { db, stages, options, deadline, .. } = self;
        let pipeline = render_stages(M::schema(), &stages)?;
        db.connection().aggregate(&db.scope(deadline), M::schema(), pipeline, options).await?.all().await
    }
}

read_options!(batched [M: Model, S] Pipeline<M, S> { options, deadline });

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

impl<M, S> fmt::Debug for Pipeline<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pipeline({} stages)", self.stages.len())
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
