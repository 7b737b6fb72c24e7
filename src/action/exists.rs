//! `exists`: whether any document matches.

use super::{command::ReadCommand, options::read_options};
use crate::{
    Result,
    db::Db,
    driver::{Batch, FindSpec, ReadOptions},
    model::Model,
    query::{Expr, IntoFilter},
    relation,
    render::{RenderedOrder, render_matched, render_projection},
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The question whether a document of `M` matches; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct Exists<M> {
    db: Db,
    pub(super) expr: Expr,
    pub(super) options: ReadOptions,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Whether any document matches `filter`.
    ///
    /// Sends one `find` with `limit: 1` and `projection: {_id: 1}`, in one round trip: the server stops at the first document that matches,
    /// where `count` looks at them all.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(unique)] email: String }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let is_taken: bool = db.exists(User::email.eq("ada@example.com")).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) where a value cannot be compared with its field, and what the connection reports. A document
    /// that the model cannot read is there all the same.
    pub fn exists<M: Model>(&self, filter: impl IntoFilter<M>) -> Exists<M> {
        let options = ReadOptions::default();
        Exists { db: self.clone(), expr: filter.into_filter().expr, options, deadline: None, marker: PhantomData }
    }
}

read_options!([M] Exists<M> { options, deadline });

impl<M: Model> IntoFuture for Exists<M> {
    type Output = Result<bool>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let schema = M::schema();
            let scope = self.db.scope(self.deadline);
            let expr = relation::resolve(&self.db, &scope, self.expr, &self.options).await?;
            let matched = render_matched(schema, &expr)?;
            let spec = FindSpec { projection: Some(render_projection(&["_id"])), options: self.options, ..FindSpec::default() };
            if matched.is_plain() {
                let found = self.db.connection().find_one(&scope, schema, matched.first, spec).await?;
                return Ok(found.is_some());
            }
            let read = ReadCommand::of(schema, matched, RenderedOrder::plain(None), FindSpec { limit: Some(1), ..spec })?;
            let batches = read.open(&self.db, &scope, schema).await?.all().await?;
            Ok(batches.iter().flat_map(Batch::documents).next().is_some())
        })
    }
}

impl<M> fmt::Debug for Exists<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exists")
    }
}
