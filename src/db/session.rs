//! The transaction loop: run the closure, commit, and run it again where the server says that this may help.
//!
//! Used by `Db::transaction` and by the verbs that keep several documents true to each other. A loop of ours, because the driver's has no
//! deadline, commits again without a pause, and takes a swallowed error for a success.

use super::Db;
use crate::{
    driver::{Connection, Deadline, TxSession, is_commit_unknown, is_transient},
    error::{Error, Outcome, Result},
};
use std::{future::Future, time::Duration};
use tokio::time::{sleep, timeout_at};

/// The first pause is short: most conflicts are over in a few milliseconds.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

impl Db {
    /// Runs `f` in a transaction: in this handle's own where it has one, else in a new one, or as it is where the server has none: the verb
    /// then relies on its documented order. `f` gets the handle to use and may run several times.
    pub(crate) async fn in_one_transaction<F, Fut, T>(&self, limit: Option<Duration>, mut f: F) -> Result<T>
    where
        F: FnMut(Db) -> Fut + Send,
        Fut: Future<Output = Result<T>> + Send,
        T: Send,
    {
        if self.in_transaction() || !self.supports_transactions() {
            return f(self.within(self.scope(limit).deadline)).await;
        }
        run_transaction(self, limit, f).await
    }
}

/// Runs `f` in a transaction of its own until it commits, or joins the one that `db` is in.
pub(crate) async fn run_transaction<F, Fut, T>(db: &Db, limit: Option<Duration>, mut f: F) -> Result<T>
where
    F: FnMut(Db) -> Fut + Send,
    Fut: Future<Output = Result<T>> + Send,
    T: Send,
{
    let deadline = db.scope(limit).deadline;
    if db.in_transaction() {
        return deadline.bound(|| "the transaction".to_owned(), f(db.within(deadline))).await?;
    }
    // The driver would start one all the same, and its first operation would fail with a misleading code.
    if !db.supports_transactions() {
        return Err(Error::NeedsReplicaSet { what: "a transaction" });
    }
    let mut attempts = 0;
    loop {
        attempts += 1;
        let mut attempt = Attempt::start(db, deadline).await?;
        let tx = db.inside(attempt.session.clone(), deadline);
        let result = deadline.bound(|| "the transaction".to_owned(), f(tx)).await;
        let (error, transient) = match attempt.settle(result, deadline).await {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        if !transient {
            return Err(error);
        }
        let pause = pause_after(attempts, rand::random_range(0.5..1.0));
        if deadline.is_over_after(pause) {
            let what = format!("the transaction, after {attempts} attempts of which the last ended with «{error}»,");
            return Err(deadline.passed(what, error.outcome()));
        }
        sleep(pause).await;
    }
}

/// One attempt. Dropped before it is settled, by a panic or by a caller who stopped waiting, it aborts.
struct Attempt {
    connection: Connection,
    session: TxSession,
    settled: bool,
}

impl Attempt {
    async fn start(db: &Db, deadline: Deadline) -> Result<Self> {
        let connection = db.connection().clone();
        let session = connection.start_transaction(deadline).await?;
        Ok(Self { connection, session, settled: false })
    }

    /// Ends the attempt as the closure's result says. An error comes with whether another attempt may succeed.
    async fn settle<T>(&mut self, result: Result<Result<T>>, deadline: Deadline) -> Result<T, (Error, bool)> {
        // What happened inside counts, whatever the closure made of it.
        let (error, transient) = match (result.unwrap_or_else(Err), self.session.first_error()) {
            (Ok(value), None) => match self.commit(deadline).await {
                Ok(()) => return Ok(value),
                Err(error) => {
                    let transient = is_transient(&error);
                    (error, transient)
                }
            },
            (Ok(_), Some(first)) => {
                let reason =
                    format!("the transaction was aborted: an operation in it failed, although its closure succeeded: {}", first.text);
                (Error::transaction(reason, Outcome::NotApplied), first.transient)
            }
            // Whatever an operation said of itself, it is undone with the transaction.
            (Err(error), first) => (error.with_outcome(Outcome::NotApplied), first.is_some_and(|first| first.transient)),
        };
        self.abort(deadline).await;
        Err((error, transient))
    }

    /// Commits, again and again while the result is unknown: a commit may be sent any number of times.
    async fn commit(&mut self, deadline: Deadline) -> Result<()> {
        self.session.end("committed");
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.connection.commit_transaction(&self.session, deadline).await {
                Ok(()) => {
                    self.settled = true;
                    return Ok(());
                }
                Err(error) if is_commit_unknown(&error) => {
                    let pause = pause_after(attempts, rand::random_range(0.5..1.0));
                    if deadline.is_over_after(pause) {
                        let what = format!("the commit, of which attempt {attempts} ended with «{error}»,");
                        return Err(deadline.passed(what, Outcome::Unknown));
                    }
                    sleep(pause).await;
                }
                // An attempt of unknown result went before: what ends this one says nothing of that, unless the server says that it
                // knows no such transaction.
                Err(error) if attempts > 1 && !is_transient(&error) => {
                    let reason = format!("the commit, of which an earlier attempt had no answer, ended with «{error}»");
                    return Err(Error::transaction(reason, Outcome::Unknown));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Aborts and waits until it is done, so that the next attempt finds the documents free; beyond the deadline it goes on alone.
    async fn abort(&mut self, deadline: Deadline) {
        self.settled = true;
        let Some(aborted) = self.connection.abort_transaction(&self.session) else { return };
        let _ = match deadline.at() {
            Some(at) => timeout_at(at, aborted).await.is_ok(),
            None => aborted.await.is_ok(),
        };
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.settled {
            // The handle of the task is not needed: nobody waits for it.
            drop(self.connection.abort_transaction(&self.session));
        }
    }
}

/// Doubles up to a limit; `jitter` (0 to 1) keeps two transactions that met once from meeting again.
fn pause_after(attempts: u32, jitter: f64) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    doubled.min(LONGEST_PAUSE).mul_f64(jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        assert_eq!(pause_after(1, 1.0), FIRST_PAUSE);
        assert_eq!(pause_after(3, 1.0), FIRST_PAUSE * 4);
        assert_eq!(pause_after(3, 0.5), FIRST_PAUSE * 2);
        assert_eq!(pause_after(u32::MAX, 1.0), LONGEST_PAUSE);
    }
}
