//! The waist: the one function through which every call to the server goes.
//!
//! A call waits for a permit, so that nothing ever queues inside the driver's pool; then it runs in a task of its own, so that dropping
//! Chakra's future never drops a driver's future half-way (a dropped waiter stalls the driver's pool for seconds); the deadline is kept on
//! this side of that shield; and an error leaves only with its meaning and its outcome (`fault`). `read`, `write`, `bulk`, `admin`, `cursor`
//! and `session` call it, nobody else.

use super::{
    client::Connection,
    fault,
    session::{Entry, TxSession},
};
use crate::{
    error::{Error, Outcome, Result},
    schema::Schema,
};
use futures::future::{BoxFuture, Either, select};
use mongodb::{ClientSession, error::TRANSIENT_TRANSACTION_ERROR};
use std::{borrow::Cow, future::Future, pin::pin, sync::Arc, time::Duration};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};
use tracing::Instrument;

/// What a call works on.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) collection: Cow<'static, str>,
    pub(crate) model: &'static str,
    pub(crate) schema: Option<&'static Schema>,
}

impl Target {
    /// A collection that is no model's.
    pub(crate) fn named(collection: impl Into<Cow<'static, str>>) -> Self {
        Self { collection: collection.into(), model: "", schema: None }
    }

    /// The database itself.
    pub(crate) fn database() -> Self {
        Self::named("")
    }
}

impl From<&'static Schema> for Target {
    fn from(schema: &'static Schema) -> Self {
        Self { collection: Cow::Borrowed(schema.collection), model: schema.model, schema: Some(schema) }
    }
}

/// What a call may change, which decides what is known when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    Read,
    /// One document, all or nothing.
    One,
    /// Several documents one by one, or who knows what.
    Many,
    /// It makes a transaction's writes lasting.
    Commit,
    /// It takes a transaction's writes back.
    Abort,
}

impl Effect {
    /// Whether it ends a transaction and therefore runs on one that refuses everything else.
    pub(super) fn ends_transaction(self) -> bool {
        matches!(self, Self::Commit | Self::Abort)
    }
}

/// One call, as its span and its errors name it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) op: &'static str,
    pub(crate) target: Target,
    pub(crate) effect: Effect,
}

impl Call {
    pub(super) fn new(op: &'static str, target: impl Into<Target>, effect: Effect) -> Self {
        Self { op, target: target.into(), effect }
    }

    /// What is going on, for a message.
    pub(super) fn what(&self) -> String {
        let Self { op, target, .. } = self;
        match (target.model, &*target.collection) {
            ("", "") => (*op).to_owned(),
            ("", collection) => format!("{op} on `{collection}`"),
            (model, collection) => format!("{op} of `{model}` on `{collection}`"),
        }
    }

    /// What is known when nobody waits for its end any more. What a transaction did is undone with it.
    fn abandoned(&self, in_transaction: bool) -> Outcome {
        match self.effect {
            Effect::Read | Effect::Abort => Outcome::NotApplied,
            Effect::One | Effect::Many if in_transaction => Outcome::NotApplied,
            Effect::One | Effect::Many | Effect::Commit => Outcome::Unknown,
        }
    }
}

/// Until when a call may take, its retries included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    started: Instant,
    limit: Option<Duration>,
    within: Option<Instant>,
}

impl Deadline {
    /// From now, for `limit` at most, and never beyond `within`: the end of the transaction or verb that this is a part of.
    pub(crate) fn new(limit: Option<Duration>, within: Option<Instant>) -> Self {
        Self { started: Instant::now(), limit, within }
    }

    /// The same limit from now on.
    pub(crate) fn restarted(self) -> Self {
        Self { started: Instant::now(), ..self }
    }

    /// When it passes. None where it never does.
    pub(crate) fn at(self) -> Option<Instant> {
        let own = self.limit.and_then(|limit| self.started.checked_add(limit));
        match (own, self.within) {
            (Some(own), Some(within)) => Some(own.min(within)),
            (own, within) => own.or(within),
        }
    }

    /// What is left of it.
    pub(crate) fn remaining(self) -> Option<Duration> {
        self.at().map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether it is over after a pause of that length.
    pub(crate) fn is_over_after(self, pause: Duration) -> bool {
        self.remaining().is_some_and(|remaining| remaining <= pause)
    }

    /// The error that says it has passed.
    #[cold]
    pub(crate) fn passed(self, what: impl Into<Box<str>>, outcome: Outcome) -> Error {
        Error::Timeout { what: what.into(), after: fault::rounded(self.started.elapsed()), outcome, behind: None }
    }

    /// Waits for something that can be dropped at any time.
    pub(crate) async fn bound<T>(self, what: impl FnOnce() -> String + Send, wait: impl Future<Output = T> + Send) -> Result<T> {
        match self.at() {
            Some(at) => timeout_at(at, wait).await.map_err(|_| self.passed(what(), Outcome::NotApplied)),
            None => Ok(wait.await),
        }
    }
}

/// What a verb passes with each of its calls. Made by `Db::scope`.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub(crate) deadline: Deadline,
    /// The transaction that the calls are part of.
    pub(crate) session: Option<TxSession>,
    /// Whether a transaction waits for the calls although they are not part of it. They may then use the permits that are kept for
    /// transactions: calls that wait for that transaction's locks could hold all others.
    pub(crate) for_transaction: bool,
}

impl Scope {
    /// The `maxTimeMS` of a call: the server should not work longer than anybody waits. `asked` is the user's own limit.
    pub(super) fn max_time(&self, asked: Option<Duration>) -> Option<Duration> {
        // Zero would mean that there is no limit.
        let left = self.deadline.remaining().map(|left| left.max(Duration::from_millis(1)));
        let least = match (asked, left) {
            (Some(asked), Some(left)) => Some(asked.min(left)),
            (asked, left) => asked.or(left),
        };
        // The server takes no more than an Int32 (24.8 days).
        least.map(|least| least.min(Duration::from_millis(i32::MAX as u64)))
    }
}

/// Permission to use a connection of the pool.
///
/// A few are kept for transactions: a plain write waits inside the server for the transaction that has locked its document, and if such
/// writes could take every connection, that transaction could not go on to its end.
#[derive(Debug)]
pub(super) struct Permits {
    plain: Arc<Semaphore>,
    kept: Arc<Semaphore>,
}

impl Permits {
    /// Permits for a pool of that size, at least two.
    pub(super) fn new(pool: usize) -> Self {
        let pool = pool.clamp(2, Semaphore::MAX_PERMITS);
        let kept = (pool / 8).max(1);
        Self { plain: Arc::new(Semaphore::new(pool - kept)), kept: Arc::new(Semaphore::new(kept)) }
    }

    /// Refuses every later call.
    pub(super) fn close(&self) {
        self.plain.close();
        self.kept.close();
    }

    /// None after [`close`](Self::close). Waiting can be dropped.
    async fn take(&self, in_transaction: bool) -> Option<OwnedSemaphorePermit> {
        let plain = Arc::clone(&self.plain).acquire_owned();
        if !in_transaction {
            return plain.await.ok();
        }
        let plain = pin!(plain);
        let kept = pin!(Arc::clone(&self.kept).acquire_owned());
        match select(plain, kept).await {
            Either::Left((permit, _)) | Either::Right((permit, _)) => permit.ok(),
        }
    }
}

impl Connection {
    /// Makes one call. `run` gets the transaction's session, where there is one, to itself.
    ///
    /// # Errors
    /// What the server or the driver says, as `fault` understands it; [`Error::Timeout`] when the deadline passes; [`Error::Transaction`]
    /// when the transaction cannot be used any more.
    pub(super) async fn call<T, F>(&self, call: Call, scope: &Scope, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(Option<&'s mut ClientSession>) -> BoxFuture<'s, mongodb::error::Result<T>> + Send + 'static,
    {
        if Handle::try_current().is_err() {
            return Err(Error::other("Chakra's futures must be awaited inside a Tokio runtime"));
        }
        let span = tracing::debug_span!("chakra", op = call.op, collection = &*call.target.collection, model = call.target.model);
        self.shielded(call, scope, run).instrument(span).await
    }

    async fn shielded<T, F>(&self, call: Call, scope: &Scope, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(Option<&'s mut ClientSession>) -> BoxFuture<'s, mongodb::error::Result<T>> + Send + 'static,
    {
        let deadline = scope.deadline;
        let started = Instant::now();
        // The session before the permit: calls that queue for one transaction must not hold the connections of others meanwhile.
        let entry = match &scope.session {
            Some(tx) => Some(deadline.bound(|| call.what(), tx.enter(call.effect)).await??),
            None => None,
        };
        let in_transaction = entry.is_some();
        let Some(permit) = deadline.bound(|| call.what(), self.permits().take(in_transaction || scope.for_transaction)).await? else {
            return Err(stopped(&call, "the handle was shut down", Outcome::NotApplied));
        };
        if deadline.is_over_after(Duration::ZERO) {
            return Err(deadline.passed(call.what(), Outcome::NotApplied));
        }
        let named = call.clone();
        let task = tokio::spawn(
            async move {
                let result = match entry {
                    None => run(None).await.map_err(|raw| fault::from_driver(&call, false, started.elapsed(), raw)),
                    Some(entry) => run_in(entry, &call, started, run).await,
                };
                drop(permit);
                result
            }
            .in_current_span(),
        );
        let joined = match deadline.at() {
            Some(at) => match timeout_at(at, task).await {
                Ok(joined) => joined,
                Err(_) => {
                    let error = deadline.passed(named.what(), named.abandoned(in_transaction));
                    if let (Some(tx), false) = (&scope.session, named.effect.ends_transaction()) {
                        tx.poison(&error.to_string(), false);
                    }
                    return Err(error);
                }
            },
            None => task.await,
        };
        joined.unwrap_or_else(|failure| {
            let why = if failure.is_panic() { "a task panicked" } else { "the runtime is shutting down" };
            Err(stopped(&named, why, named.abandoned(in_transaction)))
        })
    }
}

/// Runs a call on a transaction's session and tells the transaction how it ended, even if nobody waits for the call any more.
async fn run_in<T, F>(mut entry: Entry, call: &Call, started: Instant, run: F) -> Result<T>
where
    F: for<'s> FnOnce(Option<&'s mut ClientSession>) -> BoxFuture<'s, mongodb::error::Result<T>>,
{
    let result = run(Some(entry.begin())).await;
    match result {
        Ok(value) => {
            entry.done();
            Ok(value)
        }
        Err(raw) => {
            let transient = raw.contains_label(TRANSIENT_TRANSACTION_ERROR);
            let unsent = fault::is_unsent(call, &raw);
            let error = fault::from_driver(call, true, started.elapsed(), raw);
            if unsent {
                entry.done();
            } else {
                entry.failed(&error.to_string(), transient);
            }
            Err(error)
        }
    }
}

#[cold]
fn stopped(call: &Call, why: &'static str, outcome: Outcome) -> Error {
    Error::Stopped { what: call.what().into(), why, outcome }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_never_outlives_what_it_is_part_of() {
        let within = Instant::now() + Duration::from_secs(3_600);
        assert_eq!(Deadline::new(Some(Duration::from_secs(7_200)), Some(within)).at(), Some(within));
        assert!(Deadline::new(Some(Duration::from_millis(1)), Some(within)).at() < Some(within));
        assert_eq!(Deadline::new(Some(Duration::MAX), None).at(), None);
        assert!(Deadline::new(Some(Duration::ZERO), None).is_over_after(Duration::ZERO));
    }

    #[tokio::test]
    async fn transactions_have_permits_of_their_own() {
        let permits = Permits::new(2);
        let plain = permits.take(false).await;
        assert!(plain.is_some());
        let kept = permits.take(true).await;
        assert!(kept.is_some(), "a transaction waits for plain calls");
        drop(plain);
        assert!(permits.take(true).await.is_some(), "a transaction may use what is free");
        permits.close();
        assert!(permits.take(false).await.is_none());
    }

    #[test]
    fn a_call_says_what_it_is() {
        assert_eq!(Call::new("find", Target::named("users"), Effect::Read).what(), "find on `users`");
        assert_eq!(Call::new("hello", Target::database(), Effect::Read).what(), "hello");
    }
}
