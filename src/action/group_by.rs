//! `group_by`: counts, sums, averages and extremes of documents, one row for each group of them.

use super::options::read_options;
use crate::{
    Error, Result,
    codec::{DecodeError, Raw},
    db::Db,
    driver::{Batch, ReadOptions},
    model::Model,
    query::{Aggregates, Expr, GroupKey, Grouping, Having, IntoFilter, IntoGroupSort, Results},
    relation,
    render::{RenderedGroups, render_groups},
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// Documents of `M` in groups by `G`; [`select`](Self::select) says what is asked of each group.
#[must_use = "groups do nothing unless something is selected and awaited"]
pub struct GroupBy<M, G> {
    db: Db,
    keys: G,
    grouping: Grouping,
    having: Option<Having<M>>,
    options: ReadOptions,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Takes values over the documents of each group: those with the same value at one path, or at all paths of a tuple.
    ///
    /// Sends one `aggregate` (and one `getMore` for each further batch): a `$match` of the filter where there is one, a `$group` by
    /// `_id: path` or `_id: {k0: path, k1: path}`, and then as far as they are asked for `$match` (by [`having`](GroupBy::having)), `$sort`,
    /// `$skip` and `$limit`. The server needs memory for each group, and above 100 MB its disk.
    ///
    /// Paths are read as the model reads them: null and missing are one group, `None`, and a missing field with a constant default is in the
    /// group of that. Lists, maps, whole composites and values of any type are no keys, and do not compile.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Order { #[chakra(id)] id: Id<Order>, paid: bool, total: f64, city: String, coupon: Option<String> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let best: Vec<(String, (u64, f64))> = db
    ///     .group_by(Order::city)
    ///     .filter(Order::paid.eq(true))
    ///     .having(sum(Order::total).gt(100))
    ///     .order_by((sum(Order::total).desc(), Order::city.asc()))
    ///     .take(10)
    ///     .select((count(), sum(Order::total)))
    ///     .await?;
    /// for (city, (orders, total)) in best {
    ///     println!("{city}: {orders} orders of {total}");
    /// }
    ///
    /// let counts: Vec<((String, Option<String>), u64)> = db.group_by((Order::city, Order::coupon)).select(count()).await?;
    /// # Ok(()) }
    /// ```
    pub fn group_by<M: Model, G: GroupKey<M>>(&self, keys: G) -> GroupBy<M, G> {
        let grouping = Grouping::new(Expr::All, keys.list());
        GroupBy { db: self.clone(), keys, grouping, having: None, options: ReadOptions::default(), deadline: None, marker: PhantomData }
    }
}

impl<M: Model, G: GroupKey<M>> GroupBy<M, G> {
    /// Groups only documents that match `filter`; more filters must all match.
    pub fn filter(mut self, filter: impl IntoFilter<M>) -> Self {
        self.grouping.filter = self.grouping.filter.and(filter.into_filter().expr);
        self
    }

    /// Groups only documents that match the filter made of `value`, where there is a value.
    pub fn filter_if<V, F: IntoFilter<M>>(self, value: Option<V>, filter: impl FnOnce(V) -> F) -> Self {
        match value {
            Some(value) => self.filter(filter(value)),
            None => self,
        }
    }

    /// Gives only groups of which this is true, such as `count().gte(2) & avg(Order::total).lt(50)`; more conditions must all be true.
    ///
    /// Sent as a `$match` after the `$group`. An aggregate that is not selected is calculated for it.
    pub fn having(mut self, condition: Having<M>) -> Self {
        self.having = Some(match self.having {
            Some(having) => having & condition,
            None => condition,
        });
        self
    }

    /// Gives the groups in this order, by aggregates (`count().desc()`) and by the paths that are grouped by (`Order::city.asc()`); `None`
    /// comes first ascending. Without it, and among equals, the order is the server's and may change from one call to the next.
    pub fn order_by(mut self, sort: impl IntoGroupSort<M>) -> Self {
        self.grouping.sort = sort.into_keys();
        self
    }

    /// Leaves out the first `n` groups.
    pub fn skip(mut self, n: u64) -> Self {
        self.grouping.skip = Some(n);
        self
    }

    /// Gives at most `n` groups; with 0 none, and nothing is sent.
    pub fn take(mut self, n: u64) -> Self {
        self.grouping.take = Some(n);
        self
    }

    /// What is asked of each group: one aggregate, which gives its value, or a tuple of up to eight, which gives a tuple. A row is what was
    /// grouped by, and that.
    ///
    /// # Errors
    /// [`Error::Overflow`] for a sum of integers that no `i64` holds, [`Error::Decode`] where a key or a result is not what the model says,
    /// [`Error::Invalid`] where a value in the filter or in a condition cannot be stored, and for an order by a path that is not grouped by;
    /// and what the connection reports. Other groups are not given then either.
    pub fn select<A: Aggregates<M>>(self, aggregates: A) -> Grouped<M, G, A> {
        Grouped { of: self, aggregates }
    }
}

read_options!(batched [M: Model, G: GroupKey<M>] GroupBy<M, G> { options, deadline });

/// Aggregates of groups of documents of `M`; awaiting it sends it.
#[must_use = "groups do nothing unless awaited"]
pub struct Grouped<M, G, A> {
    of: GroupBy<M, G>,
    aggregates: A,
}

impl<M: Model, G: GroupKey<M>, A: Aggregates<M>> IntoFuture for Grouped<M, G, A> {
    type Output = Result<Vec<(G::Key, A::Out)>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { of: GroupBy { db, keys: key, mut grouping, having, options, deadline, .. }, aggregates } = self;
            // The server takes a limit of 0 for a mistake.
            if grouping.take == Some(0) {
                return Ok(Vec::new());
            }
            grouping.having = having.map(|having| having.expr);
            let (schema, scope) = (M::schema(), db.scope(deadline));
            grouping.filter = relation::resolve(&db, &scope, grouping.filter, &options).await?;
            let RenderedGroups { pipeline, keys, results } = render_groups(schema, &grouping, &aggregates.list())?;
            let batches = db.connection().aggregate(&scope, schema, pipeline, options).await?.all().await?;
            let mut rows = Vec::new();
            for row in batches.iter().flat_map(Batch::documents) {
                let fault = |error: DecodeError| Error::decode(schema, &[], error);
                let row = Raw::document(row?).map_err(fault)?;
                // One key is the `_id` itself, several stand in it.
                let parts = if keys.len() == 1 { row } else { row.get("_id").map_err(fault)?.unwrap_or(row) };
                let key = key.read(&mut Results::new(schema, parts, &keys))?;
                rows.push((key, aggregates.read(&mut Results::new(schema, row, &results))?));
            }
            Ok(rows)
        })
    }
}

impl<M, G: fmt::Debug> fmt::Debug for GroupBy<M, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupBy").field("keys", &self.keys).field("sort", &self.grouping.sort).finish_non_exhaustive()
    }
}
impl<M, G: fmt::Debug, A: fmt::Debug> fmt::Debug for Grouped<M, G, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grouped").field("of", &self.of).field("aggregates", &self.aggregates).finish()
    }
}
