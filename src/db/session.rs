//! The transaction loop: run the closure, commit, and run it again where the server says that this may help.
//!
//! Used by `Db::transaction` and by the verbs that keep several documents true to each other. A loop of ours, because the driver's has no
//! deadline, commits again without a pause, and takes a swallowed error for a success.

use super::Db;
use crate::{
    driver::{Connection, Deadline, TxOptions, TxSession, is_commit_unknown, is_transient},
    error::{Error, Outcome, Result},
};
use std::{future::Future, time::Duration};
use tokio::time::{sleep, timeout_at};

/// The first pause is short: most conflicts are over in a few milliseconds.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// A call that gets the rest of the deadline as its `maxTimeMS` may be ended by the server this much before the deadline.
const EARLY: Duration = Duration::from_millis(20);
/// The code of a server that does not know the transaction, or has ended it.
const NO_SUCH_TRANSACTION: i32 = 251;
/// The code of a call in the middle of which the server ended the transaction for its age.
const TRANSACTION_TOO_OLD: i32 = 290;

impl Db {
    /// Runs `f` in a transaction: in this handle's own where it has one, else in a new one, or as it is where the server has none: the verb
    /// then relies on its documented order. `f` gets the handle to use and may run several times.
    pub(crate) async fn in_one_transaction<F, Fut, T>(&self, limit: Option<Duration>, mut f: F) -> Result<T>
    where
        F: FnMut(Db) -> Fut + Send,
        Fut: Future<Output = Result<T>> + Send,
        T: Send,
    {
        if !self.supports_transactions() {
            return f(self.within(self.scope(limit).deadline)).await;
        }
        run_transaction(self, limit, &TxOptions::default(), f).await
    }
}

/// Runs `f` in a transaction of its own until it commits, or joins the one that `db` is in.
pub(crate) async fn run_transaction<F, Fut, T>(db: &Db, limit: Option<Duration>, options: &TxOptions, mut f: F) -> Result<T>
where
    F: FnMut(Db) -> Fut + Send,
    Fut: Future<Output = Result<T>> + Send,
    T: Send,
{
    let deadline = db.scope(limit).deadline;
    if let Some(tx) = db.transaction_session() {
        refuse_options(options)?;
        let part = Part::of(tx);
        let inside = db.inside(part.tx.clone(), deadline);
        let result = deadline.bound(|| "the transaction".to_owned(), f(inside)).await.unwrap_or_else(Err);
        return part.end(result);
    }
    // The driver would start one all the same, and its first operation would fail with a misleading code.
    if !db.supports_transactions() {
        return Err(Error::NeedsReplicaSet { what: "a transaction" });
    }
    let mut attempts = 0;
    let mut before: Option<(TxSession, String)> = None;
    loop {
        let last = before.as_ref();
        let ended = last.map(|(_, ended)| ended.as_str());
        let late = |error: Error| if deadline.is_over_after(EARLY) { late(error, deadline, attempts, ended) } else { error };
        let mut attempt = Attempt::start(db, deadline, options, last.map(|(session, _)| session)).await.map_err(late)?;
        let tx = db.inside(attempt.session.clone(), deadline);
        let result = deadline.bound(|| told(attempts, ended), f(tx)).await;
        let (error, transient) = match attempt.settle(result, deadline).await {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        if !transient {
            return Err(late(error));
        }
        attempts += 1;
        let pause = pause_after(attempts, rand::random_range(0.5..1.0));
        let ended = how_it_ended(&error);
        if deadline.is_over_after(pause) {
            return Err(deadline.passed(told(attempts, Some(&ended)), error.outcome()));
        }
        before = Some((attempt.session.clone(), ended));
        sleep(pause).await;
    }
}

/// What is asked of a part of a transaction cannot hold, since it was begun already.
fn refuse_options(options: &TxOptions) -> Result<()> {
    let Some(first) = options.asked().next() else { return Ok(()) };
    let reason = format!("a transaction inside of another one is a part of it: `{first}` is for the outer one only");
    Err(Error::transaction(reason, Outcome::NotApplied))
}

/// What did not end, for a message: also why the attempts before did not succeed.
fn told(attempts: u32, last: Option<&str>) -> String {
    match last {
        None => "the transaction".to_owned(),
        Some(last) => format!("the transaction, after {attempts} attempts of which the last ended with «{last}»,"),
    }
}

/// How the attempts before ended, in place of a call of a later one that had no time left and says less. What became of a call of another
/// handle is told by its own error.
fn late(error: Error, deadline: Deadline, attempts: u32, last: Option<&str>) -> Error {
    match (error, last) {
        (Error::Timeout { outcome: outcome @ Outcome::NotApplied, behind, .. }, Some(last)) => {
            let mut told = deadline.passed(told(attempts, Some(last)), outcome);
            if let Error::Timeout { behind: kept, .. } = &mut told {
                *kept = behind;
            }
            told
        }
        (error, _) => error,
    }
}

fn how_it_ended(error: &Error) -> String {
    match error.server_code() {
        Some(NO_SUCH_TRANSACTION | TRANSACTION_TOO_OLD) => {
            format!("{error}: the server ends a transaction that takes longer than its `transactionLifetimeLimitSeconds`")
        }
        _ => error.to_string(),
    }
}

/// A part of a transaction that is all or nothing by itself: a transaction inside of it, or a verb of several writes. What it wrote before
/// it failed, or was dropped, cannot be taken back alone, so that nothing of the whole may be committed; nor while it is at work.
struct Part {
    /// Of the part's own calls.
    tx: TxSession,
    is_over: bool,
}

impl Part {
    fn of(tx: &TxSession) -> Self {
        Self { tx: tx.begin_part(), is_over: false }
    }

    fn end<T>(mut self, result: Result<T>) -> Result<T> {
        self.is_over = true;
        let failed = result.as_ref().err().map(Error::to_string);
        self.close(failed.as_deref());
        result
    }

    /// `why` it failed, where it did. The error is noted first: else the whole could be committed in between.
    fn close(&self, why: Option<&str>) {
        if let (Some(why), true) = (why, self.tx.has_written()) {
            self.tx.poison(why, false);
        }
        self.tx.end_part();
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_over {
            self.close(Some("a part of it was given up half-way"));
        }
    }
}

/// One attempt. Dropped before it is settled, by a panic or by a caller who stopped waiting, it aborts.
struct Attempt {
    connection: Connection,
    session: TxSession,
    settled: bool,
}

impl Attempt {
    async fn start(db: &Db, deadline: Deadline, options: &TxOptions, before: Option<&TxSession>) -> Result<Self> {
        let connection = db.connection().clone();
        let session = connection.start_transaction(deadline, options.clone(), before).await?;
        Ok(Self { connection, session, settled: false })
    }

    /// Ends the attempt as the closure's result says. An error comes with whether another attempt may succeed.
    async fn settle<T>(&mut self, result: Result<Result<T>>, deadline: Deadline) -> Result<T, (Error, bool)> {
        let (error, transient) = match result.unwrap_or_else(Err) {
            Ok(value) => match self.commit(deadline).await {
                Ok(()) => return Ok(value),
                // What happened inside counts, whatever the closure made of it.
                Err(error) => match self.session.first_error() {
                    Some(first) => {
                        let reason = format!(
                            "the transaction was aborted: an operation in it failed, although its closure succeeded: {}",
                            first.text
                        );
                        (Error::transaction(reason, Outcome::NotApplied), first.transient)
                    }
                    None => {
                        let transient = is_transient(&error);
                        (error, transient)
                    }
                },
            },
            // It says itself what became of its write: that of another handle is not undone.
            Err(error) => (error, self.session.first_error().is_some_and(|first| first.transient)),
        };
        self.abort(deadline).await;
        Err((error, transient))
    }

    /// Commits, again and again while the result is unknown: a commit may be sent any number of times.
    async fn commit(&mut self, deadline: Deadline) -> Result<()> {
        self.session.end();
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.connection.commit_transaction(&self.session, deadline).await {
                Ok(()) => {
                    self.settled = true;
                    return Ok(());
                }
                // The server had as long as it was given, and would have no longer in a further attempt. Behind an attempt without an
                // answer nobody knows, also where this one was not sent.
                Err(error @ Error::Timeout { .. }) => {
                    return Err(if attempts > 1 { error.with_outcome(Outcome::Unknown) } else { error });
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
    fn a_late_attempt_tells_how_those_before_ended() {
        let call = |outcome| Error::Timeout { what: "find of `User`".into(), after: Duration::from_secs(6), outcome, behind: None };
        let words = |error: Error| error.to_string();
        let late = |error: Error, last: Option<&str>| words(late(error, Deadline::new(None, None), 2, last));
        let told = late(call(Outcome::NotApplied), Some("a conflict"));
        assert!(told.starts_with("the transaction, after 2 attempts of which the last ended with «a conflict»,"), "{told}");
        assert_eq!(late(call(Outcome::NotApplied), None), words(call(Outcome::NotApplied)));
        assert_eq!(late(call(Outcome::Unknown), Some("a conflict")), words(call(Outcome::Unknown)));
        assert_eq!(late(Error::other("mine"), Some("a conflict")), "mine");
    }

    #[test]
    fn pauses_grow_to_a_limit() {
        assert_eq!(pause_after(1, 1.0), FIRST_PAUSE);
        assert_eq!(pause_after(3, 1.0), FIRST_PAUSE * 4);
        assert_eq!(pause_after(3, 0.5), FIRST_PAUSE * 2);
        assert_eq!(pause_after(u32::MAX, 1.0), LONGEST_PAUSE);
    }
}
