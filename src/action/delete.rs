//! `delete` and `delete_many`: taking documents out.

use super::{
    read::{named_id, on_primary},
    returning::{Nothing, Old, Returning},
};
use crate::{
    Error, Result,
    db::Db,
    model::Model,
    query::{Expr, IntoFilter, Key},
    relation,
    render::render_filter,
};
use bson::RawDocumentBuf;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The deletion of one document; awaiting it sends it.
#[must_use = "a delete does nothing unless awaited"]
pub struct Delete<M, R = Old> {
    db: Db,
    pub(super) expr: Expr,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> (M, R)>,
}

/// The deletion of many documents; awaiting it sends it.
#[must_use = "a delete does nothing unless awaited"]
pub struct DeleteMany<M> {
    db: Db,
    pub(super) expr: Expr,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Deletes the document with this unique key and gives it back. One `findAndModify`, atomic; with
    /// [`returning(Nothing)`](Delete::returning) one `deleteOne`.
    ///
    /// Documents that refer to it are not touched yet.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none.
    pub fn delete<K: Key<Model: Model>>(&self, key: K) -> Delete<K::Model> {
        Delete { db: self.clone(), expr: key.into_unique().expr, deadline: None, marker: PhantomData }
    }

    /// Deletes all documents that match `filter`; gives their number. One `delete`, a series of single-document writes.
    ///
    /// A filter on [related documents](crate::query#related-documents) is one `aggregate` more, which reads their keys: what is deleted are the
    /// documents that match by what was true then, unless this is in a transaction.
    ///
    /// # Errors
    /// [`Error::EmptyFilter`] where the filter is empty; `User::all()` says that every document is meant.
    pub fn delete_many<M: Model>(&self, filter: impl IntoFilter<M>) -> DeleteMany<M> {
        DeleteMany { db: self.clone(), expr: filter.into_filter().expr, deadline: None, marker: PhantomData }
    }
}

impl<M> Delete<M> {
    /// Gives nothing back: one `deleteOne`, just as atomic, of which the server sends no document.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User> }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// db.delete(id).returning(Nothing).await?;
    /// # Ok(()) }
    /// ```
    pub fn returning(self, _: Nothing) -> Delete<M, Nothing> {
        Delete { db: self.db, expr: self.expr, deadline: self.deadline, marker: PhantomData }
    }
}

impl<M, R> Delete<M, R> {
    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M> DeleteMany<M> {
    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M: Model, R: Returning> IntoFuture for Delete<M, R> {
    type Output = Result<R::Of<M>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let schema = M::schema();
            let (connection, scope) = (self.db.connection(), self.db.scope(self.deadline));
            let expr = relation::resolve_known(&self.db, &scope, self.expr, &on_primary().options).await?;
            let filter = render_filter(schema, &expr)?;
            let deleted = if R::READS {
                connection.find_one_and_delete(&scope, schema, filter).await?
            } else {
                connection.delete_one(&scope, schema, filter).await?.then(RawDocumentBuf::new)
            };
            R::read(&deleted.ok_or_else(|| Error::not_found(schema, named_id(&expr)))?)
        })
    }
}

impl<M: Model> IntoFuture for DeleteMany<M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let schema = M::schema();
            let scope = self.db.scope(self.deadline);
            let expr = relation::resolve_many(&self.db, &scope, schema, self.expr, &on_primary().options).await?;
            let filter = render_filter(schema, &expr)?;
            if filter.is_empty() && expr != Expr::All {
                return Err(Error::EmptyFilter { verb: "delete_many", model: schema.model });
            }
            self.db.connection().delete_many(&scope, schema, filter).await
        })
    }
}

impl<M, R> fmt::Debug for Delete<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Delete")
    }
}
impl<M> fmt::Debug for DeleteMany<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeleteMany")
    }
}
