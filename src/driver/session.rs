//! The session of a transaction: one at a time may use it, and it knows whether the transaction is still good.
//!
//! `call` enters it for every call of a transaction; the loop in `db/session.rs` starts, commits and aborts. The state lives here, beside
//! the session, because a call that nobody waits for any more must still be able to spoil the transaction.

use super::{
    call::{Call, Deadline, Effect, Scope, Target},
    client::Connection,
};
use crate::error::{Error, Outcome, Result};
use mongodb::{
    ClientSession,
    error::{TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT},
    options::{ReadConcern, ReadPreference, SelectionCriteria, TransactionOptions, WriteConcern},
};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{runtime::Handle, task::JoinHandle};

/// What is asked of a transaction. What is not asked is the strongest: a snapshot, and a commit that a majority has.
#[derive(Clone, Debug, Default)]
pub(crate) struct TxOptions {
    pub(crate) read_concern: Option<ReadConcern>,
    pub(crate) write_concern: Option<WriteConcern>,
    /// How long the server may take for one commit; the deadline limits it too.
    pub(crate) max_commit_time: Option<Duration>,
}

impl TxOptions {
    /// The names of what is asked, as the builder has them.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &'static str> {
        let asked = [
            ("read_concern", self.read_concern.is_some()),
            ("write_concern", self.write_concern.is_some()),
            ("max_commit_time", self.max_commit_time.is_some()),
        ];
        asked.into_iter().filter_map(|(name, is_asked)| is_asked.then_some(name))
    }
}

/// The session of one attempt at a transaction. Clones are the same attempt, and the same part of it.
#[derive(Clone)]
pub(crate) struct TxSession {
    shared: Arc<Shared>,
    /// The parts of the transaction that its calls belong to, outermost first.
    parts: Arc<[u64]>,
}

struct Shared {
    /// The attempts of a transaction have one session, of which each is over before the next one begins.
    session: Arc<tokio::sync::Mutex<ClientSession>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What spoilt the transaction.
    first_error: Option<FirstError>,
    /// Whether it is being committed or aborted, or has been.
    ended: bool,
    /// Whether a commit is on its way: what fails then is no part of it.
    decided: bool,
    /// How many parts were begun.
    begun_parts: u64,
    /// The parts that are not over, by their number: how many calls of each that may write have had their turn.
    open_parts: HashMap<u64, u64>,
}

/// The first error of a transaction.
#[derive(Clone, Debug)]
pub(crate) struct FirstError {
    pub(crate) text: String,
    /// Whether the whole transaction may succeed when it is run again.
    pub(crate) transient: bool,
}

impl TxSession {
    fn new(session: Arc<tokio::sync::Mutex<ClientSession>>) -> Self {
        Self { shared: Arc::new(Shared { session, state: Mutex::default() }), parts: Arc::default() }
    }

    /// Waits until no other call uses the session. Only a commit or an abort may enter after the end, and only an abort after an error.
    ///
    /// # Errors
    /// [`Error::Transaction`] where the transaction was spoilt or ended, also while this waited.
    pub(super) async fn enter(&self, effect: Effect) -> Result<Entry> {
        self.state().refuse(effect)?;
        let guard = Arc::clone(&self.shared.session).lock_owned().await;
        self.begin(effect)?;
        Ok(Entry { guard, tx: self.clone(), to_end: effect.ends_transaction(), begun: false })
    }

    /// Looks again, and notes what is about to be sent: whoever ends the transaction comes before both or after both.
    fn begin(&self, effect: Effect) -> Result<()> {
        let mut state = self.state();
        // On a session whose transaction has ended the driver would run the call outside of any transaction.
        state.refuse(effect)?;
        match effect {
            Effect::One | Effect::Many => {
                for part in self.parts.iter() {
                    if let Some(writes) = state.open_parts.get_mut(part) {
                        *writes += 1;
                    }
                }
            }
            Effect::Commit => state.decided = true,
            Effect::Read | Effect::Abort => {}
        }
        Ok(())
    }

    /// Begins a part: its calls are made by the session that this gives.
    pub(crate) fn begin_part(&self) -> Self {
        let mut state = self.state();
        state.begun_parts += 1;
        let number = state.begun_parts;
        state.open_parts.insert(number, 0);
        drop(state);
        Self { shared: Arc::clone(&self.shared), parts: self.parts.iter().copied().chain([number]).collect() }
    }

    /// Whether the part that this session is of may have written, by itself or by a part of its own.
    pub(crate) fn has_written(&self) -> bool {
        self.parts.last().is_some_and(|part| self.state().open_parts.get(part).is_some_and(|writes| *writes > 0))
    }

    /// Ends the part that this session is of.
    pub(crate) fn end_part(&self) {
        if let Some(part) = self.parts.last() {
            self.state().open_parts.remove(part);
        }
    }

    /// Notes the first error: the server has given the transaction up, or a part of it that cannot be taken back alone has failed, so that
    /// nothing more may be tried in it.
    pub(crate) fn poison(&self, first: &str, transient: bool) {
        let mut state = self.state();
        if !state.decided {
            state.first_error.get_or_insert_with(|| FirstError { text: first.to_owned(), transient });
        }
    }

    /// Refuses every later call but a commit and an abort; the commit too where a part has written and is not over, since the rest of it
    /// would be missing.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        if !state.decided && state.open_parts.values().any(|writes| *writes > 0) {
            let text = "a part of it, such as a verb of several writes, was not over when the closure ended: what is begun must be awaited";
            state.first_error.get_or_insert_with(|| FirstError { text: text.to_owned(), transient: false });
        }
    }

    /// The error that spoilt the transaction.
    pub(crate) fn first_error(&self) -> Option<FirstError> {
        self.state().first_error.clone()
    }

    /// No code panics while it holds this lock, so that what a panic left is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn refuse(&self, effect: Effect) -> Result<()> {
        let reason = match &self.first_error {
            _ if effect == Effect::Abort => return Ok(()),
            _ if self.ended && effect != Effect::Commit => {
                "this transaction has ended: its handle is good inside of its closure only".to_owned()
            }
            Some(first) => format!("nothing more can be done in this transaction since an operation in it failed: {}", first.text),
            None => return Ok(()),
        };
        Err(Error::transaction(reason, Outcome::NotApplied))
    }
}

impl fmt::Debug for TxSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TxSession").field(&*self.state()).finish()
    }
}

/// The session, for one call. A call that was begun and ends without saying how (its task panicked or was cut off) spoils the transaction.
pub(super) struct Entry {
    guard: tokio::sync::OwnedMutexGuard<ClientSession>,
    tx: TxSession,
    to_end: bool,
    /// Whether the call was begun and has not said how it ended. One that never began changed nothing.
    begun: bool,
}

impl Entry {
    /// The session, for a call that is sent now.
    pub(super) fn begin(&mut self) -> &mut ClientSession {
        self.begun = true;
        &mut self.guard
    }

    /// The call ended, and the transaction is as good as before.
    pub(super) fn done(mut self) {
        self.begun = false;
    }

    pub(super) fn failed(mut self, error: &str, transient: bool) {
        self.begun = false;
        if !self.to_end {
            self.tx.poison(error, transient);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.begun && !self.to_end {
            self.tx.poison("it was cut off", false);
        }
    }
}

impl Connection {
    /// Starts a transaction that reads from the primary. Nothing is sent: the first operation starts it on the server. `before` is the
    /// attempt that went before: on its session the first operation also ends what the server may still have open of it, as after a commit
    /// that it refused without a look.
    pub(crate) async fn start_transaction(&self, deadline: Deadline, options: TxOptions, before: Option<&TxSession>) -> Result<TxSession> {
        let session = match before {
            Some(before) => Arc::clone(&before.shared.session),
            None => Arc::new(tokio::sync::Mutex::new(self.open_session(deadline).await?)),
        };
        let tx = TxSession::new(session);
        let scope = Scope { deadline, session: Some(tx.clone()), for_transaction: true };
        // Zero would mean that there is no limit.
        let max_commit_time = options.max_commit_time.map(|time| time.max(Duration::from_millis(1)));
        let options = TransactionOptions::builder()
            .read_concern(Some(options.read_concern.unwrap_or_else(ReadConcern::snapshot)))
            .write_concern(Some(options.write_concern.unwrap_or_else(|| self.write_concern().clone())))
            .selection_criteria(Some(SelectionCriteria::ReadPreference(ReadPreference::Primary)))
            .max_commit_time(scope.max_time(max_commit_time))
            .build();
        let call = Call::new("startTransaction", Target::database(), Effect::Read);
        self.call(call, &scope, move |session| {
            Box::pin(async move {
                match session {
                    Some(session) => session.start_transaction().with_options(options).await,
                    None => Ok(()),
                }
            })
        })
        .await?;
        Ok(tx)
    }

    async fn open_session(&self, deadline: Deadline) -> Result<ClientSession> {
        let call = Call::new("startSession", Target::database(), Effect::Read);
        let scope = Scope { deadline, session: None, for_transaction: true };
        let client = self.client().clone();
        self.call(call, &scope, move |_| Box::pin(async move { client.start_session().await })).await
    }

    /// Commits once. Repeating it is safe and is how an unknown result becomes known; see [`is_commit_unknown`].
    pub(crate) async fn commit_transaction(&self, tx: &TxSession, deadline: Deadline) -> Result<()> {
        let call = Call::new("commitTransaction", Target::database(), Effect::Commit);
        let scope = Scope { deadline, session: Some(tx.clone()), for_transaction: true };
        self.call(call, &scope, |session| {
            Box::pin(async move {
                match session {
                    Some(session) => session.commit_transaction().await,
                    None => Ok(()),
                }
            })
        })
        .await
    }

    /// Refuses every later call of the transaction and aborts it in the background, after the call that uses it now. None outside of a
    /// runtime: then dropping the session's last handle aborts.
    pub(crate) fn abort_transaction(&self, tx: &TxSession) -> Option<JoinHandle<()>> {
        tx.end();
        let handle = Handle::try_current().ok()?;
        let (connection, tx) = (self.clone(), tx.clone());
        Some(handle.spawn(async move {
            let call = Call::new("abortTransaction", Target::database(), Effect::Abort);
            let scope = Scope { deadline: Deadline::new(None, None), session: Some(tx), for_transaction: true };
            let aborted = connection.call(call, &scope, |session| {
                Box::pin(async move {
                    match session {
                        Some(session) => session.abort_transaction().await,
                        None => Ok(()),
                    }
                })
            });
            // The server ends it by itself when it does not hear from it; and after a commit there is nothing to abort.
            if let Err(error) = aborted.await {
                tracing::debug!(%error, "a transaction could not be aborted");
            }
        }))
    }
}

/// Whether running the whole transaction again may succeed.
pub(crate) fn is_transient(error: &Error) -> bool {
    error.has_label(TRANSIENT_TRANSACTION_ERROR)
}

/// Whether the commit may or may not have happened, so that it must be sent again.
pub(crate) fn is_commit_unknown(error: &Error) -> bool {
    error.has_label(UNKNOWN_TRANSACTION_COMMIT_RESULT)
}
