//! [`Db`]: the handle on which every verb lives. The same type outside and inside of a transaction.
//!
//! Verbs are in `action`; here is what they need: the connection, a scope for their calls, the clock.

use super::{Builder, Clock, Registry};
use crate::{
    codec::SealKeys,
    driver::{Connection, Deadline, Scope, Target, TxSession, options::RawCollection},
    error::{Error, Outcome, Result},
    model::Model,
    schema::{IdListLimit, SyncPlan},
};
use bson::Document;
use chrono::{DateTime, Utc};
use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::time::Instant;

/// A database. Clones are cheap and share the connections.
///
/// Inside of a transaction the closure gets a `Db` too, whose verbs all run in that transaction; it is good until the closure ends. The handle
/// outside stays outside: see [Transactions](crate::action#the-handle-outside).
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    tx: Option<TxSession>,
    /// The end of the transaction or of the verb that this handle was made for.
    within: Option<Instant>,
    /// The moment of the verb that this handle was made for.
    moment: Option<DateTime<Utc>>,
    /// Whether a transaction waits for what this handle does outside of it.
    for_transaction: bool,
}

struct Inner {
    connection: Connection,
    registry: Registry,
    clock: Clock,
    deadline: Duration,
    page_keys: SealKeys,
    most_related_keys: u32,
    id_lists: IdListLimit,
    generation: u32,
    /// Set by connecting, before anybody else has the handle.
    sync_plan: OnceLock<SyncPlan>,
}

impl Db {
    pub(crate) fn new(connection: Connection, registry: Registry, builder: Builder) -> Self {
        let Builder { clock, deadline, page_keys, most_related_keys, id_lists, generation, .. } = builder;
        let sync_plan = OnceLock::new();
        let inner = Inner { connection, registry, clock, deadline, page_keys, most_related_keys, id_lists, generation, sync_plan };
        Self { inner: Arc::new(inner), tx: None, within: None, moment: None, for_transaction: false }
    }

    /// The database's name.
    #[must_use]
    pub fn database_name(&self) -> &str {
        self.inner.connection.database_name()
    }

    /// Whether the server has transactions: a replica set, of one member at least, or a sharded cluster.
    #[must_use]
    pub fn supports_transactions(&self) -> bool {
        self.inner.connection.topology().transactions
    }

    /// The newest wire protocol that the server speaks: 17 is MongoDB 6.0, 21 is 7.0, 25 is 8.0.
    #[must_use]
    pub fn max_wire_version(&self) -> i32 {
        self.inner.connection.topology().max_wire_version
    }

    /// The models that the handle was built with, and those that their relations lead to.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// What connecting found to do, by [`SyncMode::Plan`](crate::SyncMode::Plan) and [`Verify`](crate::SyncMode::Verify), or did and left, by
    /// [`Apply`](crate::SyncMode::Apply). None where it was not asked to look.
    #[must_use]
    pub fn sync_plan(&self) -> Option<&SyncPlan> {
        self.inner.sync_plan.get()
    }

    /// Whether this handle is that of a transaction.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.tx.is_some()
    }

    /// The driver's own collection of a model, for what Chakra has no verb for. Its documents are raw BSON:
    /// [`codec::to_document`](crate::codec::to_document) and [`codec::from_document`](crate::codec::from_document) take them through Chakra's
    /// codec.
    ///
    /// Its calls are the driver's: without Chakra's deadline and errors, and outside of the transaction of this handle.
    #[must_use]
    pub fn collection<M: Model>(&self) -> RawCollection {
        self.inner.connection.collection(M::schema().collection)
    }

    /// Sends a command to the database and gives its reply. One round trip; in a transaction it runs in that transaction, which ends where
    /// the server refuses the command: `count`, `listCollections`, and what changes a collection that is there are refused in any.
    ///
    /// ```no_run
    /// # async fn run(db: chakra::Db) -> chakra::Result<()> {
    /// db.run_command(bson::doc! { "ping": 1 }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the server. What a command changed when the connection is lost, or the deadline passes, is unknown.
    pub async fn run_command(&self, command: Document) -> Result<Document> {
        self.connection().command(&self.scope(None), "runCommand", Target::database(), command).await
    }

    /// Closes the connections, when the cursors that are still open are dropped and at the latest after the handle's deadline. Every
    /// later call of any clone is an error. To be awaited before the runtime ends; a handle that is only dropped closes in the background.
    pub async fn shutdown(self) {
        self.connection().shutdown(self.inner.deadline).await;
    }
}

/// What the verbs need.
impl Db {
    pub(crate) fn connection(&self) -> &Connection {
        &self.inner.connection
    }

    /// The moment of the verb that this handle was made for, or what the clock says.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.moment.unwrap_or_else(|| self.inner.clock.now())
    }

    /// A handle for which time stands still: all that one verb writes, or writes again, is of one moment.
    pub(crate) fn in_one_moment(&self) -> Self {
        Self { moment: Some(self.now()), ..self.clone() }
    }

    /// Which version of the service this is, for `sync`.
    pub(crate) fn generation(&self) -> u32 {
        self.inner.generation
    }

    /// Keeps what connecting found or did. Done once.
    pub(crate) fn keep_sync_plan(&self, plan: SyncPlan) {
        // Connecting is the only one to do so.
        let _ = self.inner.sync_plan.set(plan);
    }

    /// What seals the tokens of pages.
    pub(crate) fn page_keys(&self) -> &SealKeys {
        &self.inner.page_keys
    }

    /// How many keys a filter on related documents may name.
    pub(crate) fn most_related_keys(&self) -> u32 {
        self.inner.most_related_keys
    }

    /// How long the lists of ids that relations keep may be.
    pub(crate) fn id_lists(&self) -> IdListLimit {
        self.inner.id_lists
    }

    /// The scope of a verb's calls, from now on: `limit` or the handle's deadline, and never beyond the transaction's.
    pub(crate) fn scope(&self, limit: Option<Duration>) -> Scope {
        self.scope_of(Some(limit.unwrap_or(self.inner.deadline)))
    }

    /// The scope of a verb that has no deadline unless it is given one, such as `sync`.
    pub(crate) fn open_ended_scope(&self, limit: Option<Duration>) -> Scope {
        self.scope_of(limit)
    }

    fn scope_of(&self, limit: Option<Duration>) -> Scope {
        Scope { deadline: Deadline::new(limit, self.within), session: self.tx.clone(), for_transaction: self.for_transaction }
    }

    /// A handle whose verbs all end by the deadline of this one verb, which is made of several.
    pub(crate) fn within(&self, deadline: Deadline) -> Self {
        Self { within: deadline.at(), ..self.clone() }
    }

    /// An error behind a write of this handle that was applied: a transaction takes it back.
    pub(crate) fn behind_write(&self, error: Error) -> Error {
        error.with_outcome(if self.in_transaction() { Outcome::NotApplied } else { Outcome::Applied })
    }

    /// The transaction that this handle is in.
    pub(super) fn transaction_session(&self) -> Option<&TxSession> {
        self.tx.as_ref()
    }

    /// The handle of a transaction.
    pub(super) fn inside(&self, tx: TxSession, deadline: Deadline) -> Self {
        Self { inner: Arc::clone(&self.inner), tx: Some(tx), within: deadline.at(), moment: self.moment, for_transaction: true }
    }

    /// The same database outside of the transaction, with its deadline.
    pub(crate) fn outside(&self) -> Self {
        Self { tx: None, for_transaction: self.in_transaction(), ..self.clone() }
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("database", &self.database_name())
            .field("in_transaction", &self.in_transaction())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_goes_everywhere() {
        fn everywhere<T: Clone + Send + Sync + 'static>() {}
        everywhere::<Db>();
    }
}
