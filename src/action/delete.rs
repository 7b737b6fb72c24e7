//! `delete` and `delete_many`: taking documents out.

use super::{decode::decode_written, read::named_id};
use crate::{
    Error, Result,
    db::Db,
    model::Model,
    query::{Expr, IntoFilter, Key},
    render::render_filter,
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The deletion of one document; awaiting it sends it.
#[must_use = "a delete does nothing unless awaited"]
pub struct Delete<M> {
    db: Db,
    expr: Expr,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

/// The deletion of many documents; awaiting it sends it.
#[must_use = "a delete does nothing unless awaited"]
pub struct DeleteMany<M> {
    db: Db,
    expr: Expr,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Deletes the document with this unique key and gives it back. One `findAndModify`, atomic.
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
    /// # Errors
    /// [`Error::EmptyFilter`] where the filter is empty; `User::all()` says that every document is meant.
    pub fn delete_many<M: Model>(&self, filter: impl IntoFilter<M>) -> DeleteMany<M> {
        DeleteMany { db: self.clone(), expr: filter.into_filter().expr, deadline: None, marker: PhantomData }
    }
}

macro_rules! deadlines {
    ($($verb:ident)*) => { $(
        impl<M> $verb<M> {
            /// How long the whole call may take; without it the [`Db`]'s own.
            pub fn deadline(mut self, deadline: Duration) -> Self {
                self.deadline = Some(deadline);
                self
            }
        }
        impl<M> fmt::Debug for $verb<M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($verb))
            }
        }
    )* };
}
deadlines!(Delete DeleteMany);

impl<M: Model> IntoFuture for Delete<M> {
    type Output = Result<M>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let schema = M::schema();
            let filter = render_filter(schema, &self.expr)?;
            let deleted = self.db.connection().find_one_and_delete(&self.db.scope(self.deadline), schema, filter).await?;
            decode_written(&deleted.ok_or_else(|| Error::not_found(schema, named_id(&self.expr)))?)
        })
    }
}

impl<M: Model> IntoFuture for DeleteMany<M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let schema = M::schema();
            let filter = render_filter(schema, &self.expr)?;
            if filter.is_empty() && self.expr != Expr::All {
                return Err(Error::EmptyFilter { verb: "delete_many", model: schema.model });
            }
            self.db.connection().delete_many(&self.db.scope(self.deadline), schema, filter).await
        })
    }
}
