//! Streams: a read whose documents come one by one.

use super::{
    find::{Find, Many},
    read::{FindQuery, documents},
};
use crate::{Result, db::Db, driver::Scope, model::Model};
use futures::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use std::{
    fmt,
    future::IntoFuture,
    pin::Pin,
    task::{Context, Poll},
};

impl<M: Model, T: Send + 'static> Find<M, Many, T> {
    /// Reads the documents one by one as they are taken: at most two batches are in memory.
    ///
    /// Sends what the read would send without it: the `find` when it is awaited, and one `getMore` for each further batch when the
    /// documents of the one before are taken. A cursor that is dropped before its end closes that of the server by one `killCursors`, in
    /// the background.
    ///
    /// The deadline is that of each wait for a batch. Included relations are loaded batch by batch, by one read for each of them and level.
    /// After [`select`](Find::select) the selected values come one by one.
    pub fn stream(mut self) -> Stream<M, T> {
        self.query.options.stream = true;
        Stream(self)
    }
}

/// A read that gives a [`Cursor`]; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct Stream<M, T = M>(Find<M, Many, T>);

impl<M: Model, T: Send + 'static> IntoFuture for Stream<M, T> {
    type Output = Result<Cursor<T>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(open(self.0.db, self.0.query))
    }
}

/// Documents, or what was selected of each, as they arrive. Dropping it early lets the server forget the cursor.
///
/// It is a [`futures::Stream`]; [`next`](Self::next) needs no trait.
///
/// ```no_run
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User> }
/// # async fn f(db: Db) -> chakra::Result<()> {
/// let mut users = db.find_many(User::all()).stream().await?;
/// while let Some(user) = users.next().await {
///     println!("{}", user?.id);
/// }
/// # Ok(()) }
/// ```
pub struct Cursor<T>(BoxStream<'static, Result<T>>);

async fn open<M: Model, T: Send + 'static>(db: Db, mut query: FindQuery<M, T>) -> Result<Cursor<T>> {
    if query.takes_nothing() {
        return Ok(Cursor(stream::empty().boxed()));
    }
    let scope = db.scope(query.deadline);
    query.resolve(&db, &scope).await?;
    let projection = query.rows.projection(M::schema())?;
    let cursor = query.open(&db, &scope, None, projection).await?;
    let batches = stream::try_unfold((db, query, scope, cursor), |(db, query, scope, mut cursor)| async move {
        let Some(batch) = cursor.next_batch().await? else { return Ok(None) };
        // Each batch has the whole deadline, also for what is loaded along with it.
        let scope_of_batch = Scope { deadline: scope.deadline.restarted(), ..scope.clone() };
        let values = query.values(&db, &scope_of_batch, documents(std::slice::from_ref(&batch))?).await?;
        let values = stream::iter(values.into_iter().map(Ok));
        Ok::<_, crate::Error>(Some((values, (db, query, scope, cursor))))
    });
    Ok(Cursor(batches.try_flatten().boxed()))
}

impl<T> Cursor<T> {
    pub(super) fn of(results: impl futures::Stream<Item = Result<T>> + Send + 'static) -> Self {
        Self(results.boxed())
    }

    /// The next document, or nothing where there are no more. After an error there are none.
    pub async fn next(&mut self) -> Option<Result<T>> {
        self.0.next().await
    }
}

impl<T> futures::Stream for Cursor<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl<T> fmt::Debug for Cursor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor")
    }
}
impl<M, T> fmt::Debug for Stream<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
