//! The right to change a collection, which one sync has at a time: claimed before anything is changed, renewed while the work lasts, given up
//! after it.
//!
//! Called by `apply`. A claim that is not renewed is taken over: by then its sync is gone. Who waits for one sees it unchanged for that long by a
//! clock of its own, and who has one counts from when its last renewal was sent; so no clocks are compared, and a sync that was held up knows
//! that its claim may be gone before it changes anything more.

use super::{
    generation::{read, write},
    plan::CollectionPlan,
};
use crate::{
    driver::{Connection, Deadline, Scope, UpdateSpec},
    error::{Error, Outcome, Result},
    render::applied::{abandoned, claim, claimed, free, release, renew, take_over},
    schema::Schema,
};
use bson::{DateTime, Document, oid::ObjectId};
use futures::future::{Either, select};
use std::{
    pin::pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep, timeout},
};

/// How long a claim is respected that is not renewed.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a sync at work renews its claim.
const RENEWAL: Duration = Duration::from_secs(1);
/// For how long after a renewal nothing is asked before a step. With `PROMPT` it is less than `PATIENCE`.
const FRESH: Duration = Duration::from_secs(2);
/// How long a renewal may take, and giving up a claim, whatever the deadline of the sync: it may have passed.
const PROMPT: Duration = Duration::from_secs(2);
/// The pause between two looks at a claim.
const PAUSE: Duration = Duration::from_millis(25);

/// The right to change one collection. Dropped, it is given up as well.
pub(super) struct Claim {
    connection: Connection,
    collection: &'static str,
    by: ObjectId,
    /// Whether the server may have it.
    is_made: bool,
    /// When the last renewal that the server took was sent.
    renewed: Mutex<Instant>,
    is_lost: AtomicBool,
}

/// What came of asking for a claim.
pub(super) enum Claimed {
    Ours(Claim),
    /// A higher generation has the collection.
    Newer(u32),
}

impl Claim {
    /// Claims the collection for this plan's generation, when no other sync has it any more. One round trip, and two more for each look at
    /// one that has.
    pub(super) async fn take(connection: &Connection, scope: &Scope, plan: &CollectionPlan) -> Result<Claimed> {
        let Schema { model, collection, .. } = *plan.schema;
        let (own, by) = (plan.generation.own(), ObjectId::new());
        let (renewed, is_lost) = (Mutex::new(Instant::now()), AtomicBool::new(false));
        let mut ours = Self { connection: connection.clone(), collection, by, is_made: false, renewed, is_lost };
        let mut watched: Option<((ObjectId, Option<DateTime>), Instant)> = None;
        loop {
            if ours.make(scope, free(collection, own), claim(own, by), true).await? {
                return Ok(Claimed::Ours(ours));
            }
            let record = read(connection, scope, &[collection]).await?.remove(collection);
            if let Some(record) = record.filter(|record| record.generation > own) {
                return Ok(Claimed::Newer(record.generation));
            }
            // None where it was just given up.
            let other = record.and_then(|record| record.by.map(|by| (by, record.at)));
            match (watched, other) {
                (Some((seen, since)), Some((other, at))) if seen == (other, at) => {
                    if since.elapsed() >= PATIENCE && ours.make(scope, abandoned(collection, other, at), take_over(own, by), false).await? {
                        tracing::warn!(collection, "a sync that was begun and not ended is taken over");
                        return Ok(Claimed::Ours(ours));
                    }
                }
                (_, other) => watched = other.map(|other| (other, Instant::now())),
            }
            let what = || format!("the sync of `{model}`, which waits for another one on `{collection}`,");
            scope.deadline.bound(what, sleep(PAUSE)).await?;
        }
    }

    async fn make(&mut self, scope: &Scope, filter: Document, update: Document, upsert: bool) -> Result<bool> {
        // Until the server has said otherwise, also where nobody waits for that any more.
        self.is_made = true;
        let sent = Instant::now();
        let spec = UpdateSpec { upsert, ..UpdateSpec::default() };
        let made = write(&self.connection, scope, filter, update, spec).await;
        self.is_made = match &made {
            Ok(made) => *made,
            Err(error) => error.outcome() != Outcome::NotApplied,
        };
        self.note(sent);
        made
    }

    fn note(&self, sent: Instant) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = sent;
    }

    /// How long ago the last renewal was sent.
    fn age(&self) -> Duration {
        self.renewed.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Does the work, and renews the claim while it lasts.
    ///
    /// # Errors
    /// Those of the work, which ends where the claim is [lost](Self::is_lost).
    pub(super) async fn held_during<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let mut work = pin!(work);
        loop {
            if let Ok(done) = timeout(RENEWAL, &mut work).await {
                return done;
            }
            let renewal = pin!(self.renew());
            match select(&mut work, renewal).await {
                Either::Left((done, _)) => return done,
                Either::Right((renewed, _)) => renewed?,
            }
        }
    }

    /// Whether another sync has taken it over, or may have.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Relaxed)
    }

    /// Asked before each step that changes something. A round trip only where the last renewal was some time ago, as after this process
    /// was held up.
    ///
    /// # Errors
    /// [`Error::Other`] where it is [lost](Self::is_lost).
    pub(super) async fn check(&self) -> Result<()> {
        if self.age() < FRESH {
            return Ok(());
        }
        self.renew().await?;
        if self.age() < PATIENCE { Ok(()) } else { Err(self.lose()) }
    }

    /// What cannot be renewed for now is renewed the next time. The primary alone is asked to have it: while it builds an index, the others
    /// may be behind.
    async fn renew(&self) -> Result<()> {
        let sent = Instant::now();
        let spec = UpdateSpec { by_primary: true, ..UpdateSpec::default() };
        match write(&self.connection, &promptly(), claimed(self.collection, self.by), renew(), spec).await {
            Ok(true) => self.note(sent),
            Ok(false) => return Err(self.lose()),
            Err(error) => tracing::debug!(%error, "a claim was not renewed"),
        }
        Ok(())
    }

    #[cold]
    fn lose(&self) -> Error {
        self.is_lost.store(true, Ordering::Relaxed);
        Error::other(format!(
            "the sync of `{}` was held up for so long that another one has taken it over; `sync` again waits for that one",
            self.collection
        ))
    }

    /// Gives it up; what was done under it is kept. One round trip. Where that fails, it runs out.
    pub(super) async fn release(mut self, applied: Vec<String>) {
        give_up(&self.connection, self.collection, self.by, applied).await;
        self.is_made = false;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let (true, Ok(runtime)) = (self.is_made, Handle::try_current()) {
            let (connection, collection, by) = (self.connection.clone(), self.collection, self.by);
            runtime.spawn(async move { give_up(&connection, collection, by, Vec::new()).await });
        }
    }
}

async fn give_up(connection: &Connection, collection: &str, by: ObjectId, applied: Vec<String>) {
    let given_up = write(connection, &promptly(), claimed(collection, by), release(applied), UpdateSpec::default()).await;
    if let Err(error) = given_up {
        tracing::warn!(%error, collection, "a sync has not given up its claim, which runs out by itself");
    }
}

/// A deadline that is none of the sync's.
pub(super) fn promptly() -> Scope {
    Scope { deadline: Deadline::new(Some(PROMPT), None), session: None, for_transaction: false }
}
