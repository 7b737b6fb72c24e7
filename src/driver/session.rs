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
    options::{ReadConcern, ReadPreference, SelectionCriteria, TransactionOptions},
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{runtime::Handle, task::JoinHandle};

/// The session of one attempt at a transaction. Clones are the same session.
#[derive(Clone)]
pub(crate) struct TxSession(Arc<Shared>);

struct Shared {
    session: Arc<tokio::sync::Mutex<ClientSession>>,
    phase: Mutex<Phase>,
}

#[derive(Clone, Debug)]
enum Phase {
    Open,
    /// The first error ended the transaction on the server; its text, and whether the whole transaction may succeed when run again.
    Poisoned {
        first: String,
        transient: bool,
    },
    /// How it ended.
    Ended(&'static str),
}

/// The first error of a transaction.
#[derive(Clone, Debug)]
pub(crate) struct FirstError {
    pub(crate) text: String,
    pub(crate) transient: bool,
}

impl TxSession {
    fn new(session: ClientSession) -> Self {
        let session = Arc::new(tokio::sync::Mutex::new(session));
        Self(Arc::new(Shared { session, phase: Mutex::new(Phase::Open) }))
    }

    /// Waits until no other call uses the session. Ending is possible when nothing else is.
    ///
    /// # Errors
    /// [`Error::Transaction`] where the transaction was spoilt or ended, also while this waited.
    pub(super) async fn enter(&self, to_end: bool) -> Result<Entry> {
        if !to_end {
            self.refuse_unless_open()?;
        }
        let guard = Arc::clone(&self.0.session).lock_owned().await;
        // On a session whose transaction has ended the driver would run the call outside of any transaction.
        if !to_end {
            self.refuse_unless_open()?;
        }
        Ok(Entry { guard, tx: self.clone(), to_end, begun: false })
    }

    /// Notes the first error: the server has given the transaction up, so that nothing more may be tried in it.
    pub(super) fn poison(&self, first: &str, transient: bool) {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Open) {
            *phase = Phase::Poisoned { first: first.to_owned(), transient };
        }
    }

    /// Refuses every later call.
    pub(crate) fn end(&self, how: &'static str) {
        *self.phase() = Phase::Ended(how);
    }

    /// The error that spoilt the transaction.
    pub(crate) fn first_error(&self) -> Option<FirstError> {
        match &*self.phase() {
            Phase::Poisoned { first, transient } => Some(FirstError { text: first.clone(), transient: *transient }),
            Phase::Open | Phase::Ended(_) => None,
        }
    }

    fn refuse_unless_open(&self) -> Result<()> {
        let reason = match &*self.phase() {
            Phase::Open => return Ok(()),
            Phase::Poisoned { first, .. } => {
                format!("nothing more can be done in this transaction since an operation in it failed: {first}")
            }
            Phase::Ended(how) => format!("this transaction was {how} already: its handle is good inside the closure only"),
        };
        Err(Error::transaction(reason, Outcome::NotApplied))
    }

    /// No code panics while it holds this lock, so that what a panic left is as good as any.
    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.0.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TxSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TxSession").field(&*self.phase()).finish()
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

    pub(super) fn succeeded(mut self) {
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
    /// Starts a transaction with snapshot reads from the primary and the connection's write concern. Nothing is sent: the first operation
    /// starts it on the server.
    pub(crate) async fn start_transaction(&self, deadline: Deadline) -> Result<TxSession> {
        let call = Call::new("startTransaction", Target::database(), Effect::Read);
        let scope = Scope { deadline, session: None, for_transaction: true };
        let options = TransactionOptions::builder()
            .read_concern(Some(ReadConcern::snapshot()))
            .write_concern(Some(self.write_concern().clone()))
            .selection_criteria(Some(SelectionCriteria::ReadPreference(ReadPreference::Primary)))
            .max_commit_time(scope.max_time(None))
            .build();
        let client = self.client().clone();
        let session = self
            .call(call, &scope, move |_| {
                Box::pin(async move {
                    let mut session = client.start_session().await?;
                    session.start_transaction().with_options(options).await?;
                    Ok(session)
                })
            })
            .await?;
        Ok(TxSession::new(session))
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
        tx.end("aborted");
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
