//! `aggregate`: counts, sums, averages and extremes of all documents that match.

use super::options::read_options;
use crate::{
    Error, Result,
    codec::{Raw, to_document},
    db::Db,
    driver::ReadOptions,
    model::Model,
    query::{Aggregate, Aggregates, Grouping, IntoFilter, Results},
    relation,
    render::render_groups,
};
use bson::Document;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// Documents of `M` to be counted and calculated with; [`select`](Self::select) says what is asked of them.
#[must_use = "an aggregation does nothing unless something is selected and awaited"]
pub struct Aggregation<M> {
    db: Db,
    grouping: Grouping,
    options: ReadOptions,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Takes values over all documents that match `filter`: how many there are, and sums, averages and extremes of their fields.
    ///
    /// Sends one `aggregate` with `$match`, unless the filter is `User::all()`, and `$group` with `_id: null`; the reply is one row, in one
    /// round trip. Fields are read as the model reads them: what is `None` is left out, and a missing field with a constant default counts
    /// as that.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Order { #[chakra(id)] id: Id<Order>, paid: bool, total: f64, coupon: Option<String>, at: DateTime<Utc> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let paid = db.aggregate(Order::paid.eq(true));
    /// let (orders, total, average, last) = paid.select((count(), sum(Order::total), avg(Order::total), max(Order::at))).await?;
    /// println!("{orders} orders of {total}, {average:?} on average, the last {last:?}");
    ///
    /// let discounted: u64 = db.aggregate(Order::all()).select(count_of(Order::coupon)).await?;
    /// # Ok(()) }
    /// ```
    pub fn aggregate<M: Model>(&self, filter: impl IntoFilter<M>) -> Aggregation<M> {
        let grouping = Grouping::new(filter.into_filter().expr, Vec::new());
        Aggregation { db: self.clone(), grouping, options: ReadOptions::default(), deadline: None, marker: PhantomData }
    }
}

impl<M: Model> Aggregation<M> {
    /// Takes only documents that match `filter` too.
    pub fn filter(mut self, filter: impl IntoFilter<M>) -> Self {
        self.grouping.filter = self.grouping.filter.and(filter.into_filter().expr);
        self
    }

    /// Takes only documents that match the filter made of `value`, where there is a value.
    pub fn filter_if<V, F: IntoFilter<M>>(self, value: Option<V>, filter: impl FnOnce(V) -> F) -> Self {
        match value {
            Some(value) => self.filter(filter(value)),
            None => self,
        }
    }

    /// What is asked for: one aggregate, which gives its value, or a tuple of up to eight, which gives a tuple.
    ///
    /// Of no documents counts and sums are 0, and the others `None`.
    ///
    /// # Errors
    /// [`Error::Overflow`] for a sum of integers that no `i64` holds, [`Error::Decode`] where a result is not what the model says,
    /// [`Error::Invalid`] where a value in the filter cannot be compared with its field, and what the connection reports. What the model
    /// could not read, such as a text among numbers, is no error: the server leaves it out of sums and averages.
    pub fn select<A: Aggregates<M>>(self, aggregates: A) -> Aggregated<M, A> {
        Aggregated { of: self, aggregates }
    }
}

read_options!(batched [M: Model] Aggregation<M> { options, deadline });

/// Aggregates of documents of `M`; awaiting it sends it.
#[must_use = "an aggregation does nothing unless awaited"]
pub struct Aggregated<M, A> {
    of: Aggregation<M>,
    aggregates: A,
}

impl<M: Model, A: Aggregates<M>> IntoFuture for Aggregated<M, A> {
    type Output = Result<A::Out>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { of: Aggregation { db, mut grouping, options, deadline, .. }, aggregates } = self;
            let (schema, list) = (M::schema(), aggregates.list());
            let scope = db.scope(deadline);
            grouping.filter = relation::resolve(&db, &scope, grouping.filter, &options).await?;
            let rendered = render_groups(schema, &grouping, &list)?;
            let batches = db.connection().aggregate(&scope, schema, rendered.pipeline, options).await?.all().await?;
            let read = |row: &[u8]| {
                let row = Raw::document(row).map_err(|error| Error::decode(schema, &[], error))?;
                aggregates.read(&mut Results::new(schema, row, &rendered.results))
            };
            for batch in &batches {
                if let Some(row) = batch.documents().next() {
                    return read(row?);
                }
            }
            let nothing: Document = rendered.results.iter().cloned().zip(list.iter().map(Aggregate::of_nothing)).collect();
            read(&to_document(&nothing).map_err(|error| Error::encode(schema, &error))?)
        })
    }
}

impl<M> fmt::Debug for Aggregation<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Aggregation")
    }
}
impl<M, A: fmt::Debug> fmt::Debug for Aggregated<M, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Aggregated").field(&self.aggregates).finish()
    }
}
