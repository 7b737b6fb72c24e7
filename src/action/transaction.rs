//! `transaction`: several verbs, all or nothing.

use crate::{
    db::{Db, run_transaction},
    error::Result,
};
use futures::future::BoxFuture;
use std::{
    fmt,
    future::{Future, IntoFuture},
    marker::PhantomData,
    time::Duration,
};

impl Db {
    /// Runs `f` in a transaction and commits it. `f` gets a [`Db`] whose verbs all run in that transaction, so that every function which
    /// takes a `&Db` works inside.
    ///
    /// ```no_run
    /// # async fn run(db: chakra::Db) -> chakra::Result<()> {
    /// let reply = db.transaction(|tx| async move { tx.run_command(bson::doc! { "find": "users" }).await }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Sends what the verbs inside send, and at the end `commitTransaction`, or `abortTransaction` where it is taken back. Beginning it
    /// sends nothing, so that one in which nothing was sent ends without a round trip too. An attempt that lost against another transaction
    /// is aborted, and everything is sent again; a commit is sent again as long as its result is unknown.
    ///
    /// Write `|tx| async move { … }`, or `async |tx| { … }`. `f` runs again when the transaction lost against another one, so it should do
    /// nothing outside of the database. Wrap errors of your own with [`Error::other`](crate::Error::other).
    ///
    /// - Reads see one snapshot, writes are on a majority once this returns. Its verbs run one after another, also when they are awaited
    ///   together.
    /// - The first error of a verb that came from the server, or its deadline once it was sent, ends the transaction: later verbs are refused, and it is aborted even if `f`
    ///   returns `Ok`. An error that `f` returns, a panic and a dropped future abort it too.
    /// - Inside of a transaction this joins it: its commit is the outer one's.
    /// - The deadline (`.deadline(…)`, else the handle's) is that of all attempts together.
    ///
    /// # Errors
    /// [`Error::NeedsReplicaSet`](crate::Error::NeedsReplicaSet) on a standalone server, before `f` runs; what `f` returns;
    /// [`Error::Timeout`](crate::Error::Timeout), whose outcome is unknown only when the deadline passed during the commit.
    pub fn transaction<'a, F, Fut, T>(&self, f: F) -> Transaction<'a, F, Fut, T>
    where
        F: FnMut(Db) -> Fut + Send + 'a,
        Fut: Future<Output = Result<T>> + Send + 'a,
        T: Send + 'a,
    {
        Transaction { db: self.clone(), limit: None, f, marker: PhantomData }
    }
}

/// A transaction to be run; see [`Db::transaction`].
#[must_use = "a transaction does nothing unless awaited"]
pub struct Transaction<'a, F, Fut, T> {
    db: Db,
    limit: Option<Duration>,
    f: F,
    marker: PhantomData<fn() -> (&'a (), Fut, T)>,
}

impl<F, Fut, T> Transaction<'_, F, Fut, T> {
    /// How long all attempts and the commit may take together.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }
}

impl<'a, F, Fut, T> IntoFuture for Transaction<'a, F, Fut, T>
where
    F: FnMut(Db) -> Fut + Send + 'a,
    Fut: Future<Output = Result<T>> + Send + 'a,
    T: Send + 'a,
{
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'a, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { db, limit, f, .. } = self;
        Box::pin(async move { run_transaction(&db, limit, f).await })
    }
}

impl<F, Fut, T> fmt::Debug for Transaction<'_, F, Fut, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("db", &self.db).field("limit", &self.limit).finish_non_exhaustive()
    }
}
