//! `count`: how many documents match.

use super::options::read_options;
use crate::{
    Result,
    db::Db,
    driver::ReadOptions,
    model::Model,
    query::{Expr, IntoFilter},
    relation,
    render::render_filter,
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
    /// of [related documents](crate::query#related-documents).
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
            let filter = render_filter(M::schema(), &expr)?;
            self.db.connection().count(&scope, M::schema(), filter, self.options).await
        })
    }
}

impl<M> fmt::Debug for Count<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Count")
    }
}
