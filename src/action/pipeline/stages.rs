//! The builder of a pipeline, and the stages that keep documents as they are.

use super::super::options::read_options;
use crate::{
    db::Db,
    driver::ReadOptions,
    model::{Composite, FieldType, Model},
    query::{
        Apart, Documents, IntoFilter, IntoSort, List, Path, Reshaped, Shaped, Stage, Unchanged, Whole, Within, is_optional, schema_of,
    },
    schema::Kind,
};
use bson::Document;
use std::{fmt, marker::PhantomData, time::Duration};

/// A pipeline over documents of `M`, as it is built; [`as_`](Self::as_), [`view`](Self::view), [`select`](Self::select) or
/// [`count`](Self::count) says what comes of it. `S` says what its documents are by now: those of the model, those of a composite that a
/// stage made of them, or unknown ones.
#[must_use = "a pipeline does nothing unless its documents are asked for and awaited"]
pub struct Pipeline<M, S = Unchanged> {
    pub(super) db: Db,
    pub(super) stages: Vec<Stage>,
    pub(super) options: ReadOptions,
    pub(super) deadline: Option<Duration>,
    marker: PhantomData<fn() -> (M, S)>,
}

impl Db {
    /// Takes the documents of a collection through stages, in the order in which they are written.
    ///
    /// Sends one `aggregate` (and one `getMore` for each further batch) when what comes of it is awaited.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Composite)] struct Line { sku: String, quantity: i64 }
    /// # #[derive(Model)] struct Order { #[chakra(id)] id: Id<Order>, paid: bool, lines: Vec<Line> }
    /// use chakra::query::{count, sum};
    ///
    /// #[derive(Composite)]
    /// struct Sold {
    ///     sku: String,
    ///     quantity: i64,
    ///     orders: u64,
    /// }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let best: Vec<Sold> = db
    ///     .pipeline::<Order>()
    ///     .match_(Order::paid.eq(true))
    ///     .unwind(Order::lines)
    ///     .group(|sold| {
    ///         let line = Order::lines.unwound();
    ///         sold.by(Sold::sku, line.sku()).set(Sold::quantity, sum(line.quantity())).set(Sold::orders, count::<Order>())
    ///     })
    ///     .match_(Sold::quantity.gte(100))
    ///     .sort(Sold::quantity.desc())
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
    pub(super) fn with(mut self, stage: Stage) -> Self {
        self.stages.push(stage);
        self
    }

    /// The same pipeline, of whose documents something else is known.
    pub(super) fn known_as<T>(self) -> Pipeline<M, T> {
        Pipeline { db: self.db, stages: self.stages, options: self.options, deadline: self.deadline, marker: PhantomData }
    }

    /// A pipeline without stages that goes on from the documents of this one.
    pub(super) fn branch(&self) -> Self {
        Self { db: self.db.clone(), stages: Vec::new(), options: ReadOptions::default(), deadline: None, marker: PhantomData }
    }

    /// Keeps the documents that match `filter`. Sent as `{"$match": filter}`; nothing is sent for `User::all()`.
    pub fn match_<R: Within<S::Root>>(self, filter: impl IntoFilter<R>) -> Self
    where
        S: Documents<M>,
    {
        self.with(Stage::Match(filter.into_filter().expr))
    }

    /// Puts the documents in this order; `None` comes first ascending. Sent as `{"$sort": {path: 1}}`.
    ///
    /// An order by relevance needs the search in a `match_` that is the first stage.
    pub fn sort(self, sort: impl IntoSort<S::Root>) -> Self
    where
        S: Documents<M>,
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
    /// Stages behind it name the item by [`Path::unwound`]: `Order::lines.unwound().sku()`. Sent as `{"$unwind": path}`. Where a missing list
    /// reads as one with items, or stands in a variant, a `$set` before it puts there what the model reads. Bytes are no list, and do not
    /// compile.
    pub fn unwind<R: Within<S::Root>, T: List + FieldType, K: Whole>(self, path: Path<R, T, K>) -> Pipeline<M, Apart<S>>
    where
        S: Documents<M>,
    {
        const { assert!(matches!(T::KIND, Kind::Array(_)), "bytes are one value and have no items to unwind") };
        self.with(Stage::Unwind(path.raw.unwound(is_optional::<T::Item>()))).known_as()
    }

    /// Adds the documents of another collection that match `filter`. Sent as `{"$unionWith": {"coll": …, "pipeline": [{"$match": …}]}}`.
    pub fn union_with<N: Model>(self, filter: impl IntoFilter<N>) -> Pipeline<M, Reshaped> {
        self.with(Stage::UnionWith(N::schema(), filter.into_filter().expr)).known_as()
    }

    /// Any stage of the server's, as it is. Values in it are not encoded by the model, and a text with `$` in front is a path.
    ///
    /// A `$out` or `$merge` writes, and gives nothing back; of a call that fails nobody then knows what was written, whatever the error says.
    pub fn raw(self, stage: Document) -> Pipeline<M, Reshaped> {
        self.with(Stage::Raw(stage)).known_as()
    }

    /// Variables for [`raw`](Self::raw) stages, each of which an expression in them reads as `$$name`. Sent as the command's `let`; a second
    /// call puts others in their place.
    ///
    /// So a value from outside need not be written into the stages: what stands here is a value wherever it is read, also a text with `$` in
    /// front where it is wrapped in `$literal`. Like those in `raw`, values are not encoded by the model: an [`Id`](crate::Id) is given as its
    /// `object_id()`. Typed stages need no variables, since their values cannot be taken for anything else.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Order { #[chakra(id)] id: Id<Order>, total: f64 }
    /// # async fn f(db: Db, rate: f64) -> chakra::Result<()> {
    /// let dear: u64 = db
    ///     .pipeline::<Order>()
    ///     .let_vars(doc! { "rate": rate })
    ///     .raw(doc! { "$match": { "$expr": { "$gt": [{ "$multiply": ["$total", "$$rate"] }, 100] } } })
    ///     .count()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn let_vars(mut self, variables: Document) -> Self {
        self.options.let_vars = Some(variables);
        self
    }

    /// Says what the documents are from here on, where `raw` or `union_with` left it open: documents that read as a composite `C`, of whose
    /// paths filters, orders and values then speak. Nothing is sent, and nothing is checked: what is no `C` is an error where it is read.
    pub fn shaped<C: Composite>(self) -> Pipeline<M, Shaped<C>> {
        self.with(Stage::Shaped(schema_of::<C>())).known_as()
    }
}

read_options!(batched [M: Model, S] Pipeline<M, S> { options, deadline });

impl<M, S> fmt::Debug for Pipeline<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pipeline({} stages)", self.stages.len())
    }
}
