//! `count`: how many documents match.

use super::options::read_options;
use crate::{
    Error, Result,
    codec::{Decode, Raw},
    db::Db,
    driver::{Batch, ReadOptions},
    model::Model,
    query::{Expr, IntoFilter},
    relation,
    render::{COUNT, render_count, render_matched},
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// A count of documents of `M`; awaiting it sends it.
#[must_use = "a count does nothing unless awaited"]
pub struct Count<M> {
    pub(super) db: Db,
    pub(super) expr: Expr,
    pub(super) options: ReadOptions,
    pub(super) deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Counts the documents that match `filter`, exactly. Sends one `aggregate` with `$match` and `$group`, and one in front of it for each test
    /// of [related documents](crate::query#related-documents), which is looked up in it where there are too many.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) where a value cannot be compared with its field, and what the connection reports.
    pub fn count<M: Model>(&self, filter: impl IntoFilter<M>) -> Count<M> {
        let options = ReadOptions::default();
        Count { db: self.clone(), expr: filter.into_filter().expr, options, deadline: None, marker: PhantomData }
    }
}

read_options!([M] Count<M> { options, deadline });

impl<M: Model> IntoFuture for Count<M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let scope = self.db.scope(self.deadline);
            let expr = relation::resolve(&self.db, &scope, self.expr, &self.options).await?;
            let matched = render_matched(M::schema(), &expr)?;
            if matched.is_plain() {
                return self.db.connection().count(&scope, M::schema(), matched.first, self.options).await;
            }
            let batches = self.db.connection().aggregate(&scope, M::schema(), render_count(matched), self.options).await?.all().await?;
            let Some(row) = batches.iter().flat_map(Batch::documents).next() else { return Ok(0) };
            let number = Raw::document(row?).and_then(|row| row.get(COUNT)?.map(|number| u64::decode(&number)).transpose());
            Ok(number.map_err(|error| Error::decode(M::schema(), &[], error))?.unwrap_or(0))
        })
    }
}

impl<M> fmt::Debug for Count<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Count")
    }
}
