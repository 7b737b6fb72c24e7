//! `transaction`: several verbs, all or nothing.

use crate::{
    db::{Db, run_transaction},
    driver::{
        TxOptions,
        options::{ReadConcern, WriteConcern},
    },
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
    /// takes a `&Db` works inside. More on it is in [Transactions](crate::action#transactions).
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Item { #[chakra(id)] id: i64, stock: i32 }
    /// # #[derive(Model)] struct Order { #[chakra(id)] id: Id<Order>, item_id: i64 }
    /// # async fn run(db: Db) -> chakra::Result<()> {
    /// let order = db
    ///     .transaction(|tx| async move {
    ///         tx.update(Item::id.eq(1)).dec(Item::stock, 1).await?;
    ///         tx.create(Order::draft().item_id(1)).await
    ///     })
    ///     .await?;
    /// # let _ = order; Ok(()) }
    /// ```
    ///
    /// Sends what the verbs inside send, and at the end `commitTransaction`, or `abortTransaction` where it is taken back. Beginning it
    /// sends nothing, so that one in which nothing was sent ends without a round trip too. An attempt that lost against another transaction
    /// is aborted, and everything is sent again; a commit is sent again as long as its result is unknown.
    ///
    /// Write `|tx| async move { … }`, or `async |tx| { … }`. `f` runs again when the transaction lost against another one, so it should do
    /// nothing outside of the database. Wrap errors of your own with [`Error::other`](crate::Error::other).
    ///
    /// - Reads see one snapshot, writes are on a majority once this returns, unless [`read_concern`](Transaction::read_concern) or
    ///   [`write_concern`](Transaction::write_concern) say otherwise. Its verbs run one after another, also when they are awaited together.
    /// - The first error of a verb that came from the server, or its deadline once it was sent, ends the transaction: later verbs are
    ///   refused, and it is aborted even if `f` returns `Ok`. What Chakra refuses before anything is sent, and a document that is not found,
    ///   do not. An error that `f` returns, a panic and a dropped future abort it too.
    /// - Inside of a transaction this joins it: its commit is the outer one's. Where it fails after it has written, the whole is aborted,
    ///   also if the error is not passed on.
    /// - What is begun inside must be awaited: where a verb of several writes has written, and is not over when `f` ends, all is aborted.
    /// - The deadline (`.deadline(…)`, else the handle's) is that of all attempts together.
    ///
    /// # Errors
    /// [`Error::NeedsReplicaSet`](crate::Error::NeedsReplicaSet) on a standalone server, before `f` runs; what `f` returns, as it is;
    /// [`Error::Transaction`](crate::Error::Transaction) where `f` has swallowed an error of the server; and
    /// [`Error::Timeout`](crate::Error::Timeout), whose outcome is unknown only when the time passed during the commit.
    pub fn transaction<'a, F, Fut, T>(&self, f: F) -> Transaction<'a, F, Fut, T>
    where
        F: FnMut(Db) -> Fut + Send + 'a,
        Fut: Future<Output = Result<T>> + Send + 'a,
        T: Send + 'a,
    {
        Transaction { db: self.clone(), options: TxOptions::default(), limit: None, f, marker: PhantomData }
    }
}

/// A transaction to be run; see [`Db::transaction`].
#[must_use = "a transaction does nothing unless awaited"]
pub struct Transaction<'a, F, Fut, T> {
    db: Db,
    options: TxOptions,
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

    /// What its reads see: `snapshot` unless this says otherwise. With `local` and `majority` a replica set gives a snapshot as well; other
    /// levels are refused by the server. A transaction inside of another one cannot have its own.
    pub fn read_concern(mut self, concern: ReadConcern) -> Self {
        self.options.read_concern = Some(concern);
        self
    }

    /// How many members must have its writes before the commit returns: that of the connection, a majority by default, unless this says
    /// otherwise. What fewer than a majority have may be lost when the primary fails. A transaction inside
    /// of another one cannot have its own.
    pub fn write_concern(mut self, concern: WriteConcern) -> Self {
        self.options.write_concern = Some(concern);
        self
    }

    /// How long the server may work on one commit; the deadline limits it too. A commit that takes longer is an
    /// [`Error::Timeout`](crate::Error::Timeout) of unknown outcome. A transaction inside of another one cannot have its own.
    pub fn max_commit_time(mut self, limit: Duration) -> Self {
        self.options.max_commit_time = Some(limit);
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
        let Self { db, options, limit, f, .. } = self;
        Box::pin(async move { run_transaction(&db, limit, &options, f).await })
    }
}

impl<F, Fut, T> fmt::Debug for Transaction<'_, F, Fut, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut transaction = f.debug_struct("Transaction");
        transaction.field("db", &self.db).field("options", &self.options).field("limit", &self.limit).finish_non_exhaustive()
    }
}
