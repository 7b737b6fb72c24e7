//! What goes ahead of updates: statements that bring documents into the form that these take.
//!
//! Sent by `update` whatever the server. It changes nothing that is read, so nobody asks what it matched; but a document may refuse it, as by a
//! unique key, and then it is known of which operations that is the failure: their own statements are left out.

use super::{
    progress::{Ended, Progress},
    send::{BulkKind, COMMAND_BYTES, ELEMENT_BYTES},
};
use crate::{
    driver::{
        call::Scope,
        client::Connection,
        write::{is_about_a_document, next_batch},
    },
    error::{Error, Outcome, Result},
    schema::Schema,
};
use bson::RawDocumentBuf;
use std::collections::BTreeMap;

/// Makes a statement for each of the operations that share one.
pub(crate) type Apart = Box<dyn FnOnce() -> Result<Vec<(usize, RawDocumentBuf)>> + Send>;

/// A statement that mends.
pub(crate) struct Mending {
    /// The operation that it is for, or the first one.
    pub(crate) operation: usize,
    pub(crate) statement: RawDocumentBuf,
    /// The same for each of several operations.
    pub(crate) apart: Option<Apart>,
}

/// What became of statements that mend.
pub(super) struct Mended {
    /// The operations for which that failed: in order, and in a transaction, the first one.
    pub(super) failed: BTreeMap<usize, Error>,
    /// In order, what was not made, from the first failure on.
    pub(super) rest: Vec<Mending>,
}

impl Connection {
    /// Mends. Gives nothing where the bulk is over.
    pub(super) async fn mend(
        &self,
        scope: &Scope,
        schema: &'static Schema,
        mends: Vec<Mending>,
        progress: &mut Progress,
    ) -> Option<Mended> {
        // A transaction does not outlive a failure, so there it must be told at once whose it is.
        let rest = if progress.in_transaction { mends } else { self.mend_together(scope, schema, mends, progress).await? };
        self.mend_apart(scope, schema, rest, progress).await
    }

    /// Sends the statements up to one that fails, and gives what is left from that one on. In order in any case, as one document may need
    /// several.
    async fn mend_together(
        &self,
        scope: &Scope,
        schema: &'static Schema,
        mends: Vec<Mending>,
        progress: &mut Progress,
    ) -> Option<Vec<Mending>> {
        let mut rest = mends.into_iter().peekable();
        loop {
            let mut batch = next_batch(&mut rest, COMMAND_BYTES, |mending| mending.statement.as_bytes().len() + ELEMENT_BYTES);
            if batch.is_empty() {
                return Some(Vec::new());
            }
            let statements = batch.iter().map(|mending| mending.statement.clone()).collect();
            let Err(error) = self.send_statements(scope, schema, BulkKind::Update, statements, true).await else { continue };
            match refused(error) {
                Ok(refused) => {
                    let made = refused.first().map_or(0, |(at, _)| *at);
                    batch.drain(..made.min(batch.len()));
                    batch.extend(rest);
                    return Some(batch);
                }
                Err(error) => {
                    let places: Vec<_> = batch.iter().map(|mending| (mending.operation, schema.model)).collect();
                    progress.note(&places, true, Err(without_shared(error, &batch)));
                    return None;
                }
            }
        }
    }

    /// Sends a statement for each operation. Gives nothing where the bulk is over.
    pub(super) async fn mend_apart(
        &self,
        scope: &Scope,
        schema: &'static Schema,
        mends: Vec<Mending>,
        progress: &mut Progress,
    ) -> Option<Mended> {
        let mut failed = BTreeMap::new();
        let mut statements = Vec::new();
        for Mending { operation, statement, apart } in mends {
            match apart.map_or_else(|| Ok(vec![(operation, statement)]), |apart| apart()) {
                Ok(apart) => statements.extend(apart),
                Err(error) => {
                    progress.note(&[(operation, schema.model)], true, Err(error));
                    return None;
                }
            }
        }
        // In order the first operation that fails is wanted, and not the first statement; what one operation needs keeps its order.
        statements.sort_by_key(|(operation, _)| *operation);
        let mut rest = statements.into_iter().peekable();
        loop {
            let mut batch = next_batch(&mut rest, COMMAND_BYTES, |(_, statement)| statement.as_bytes().len() + ELEMENT_BYTES);
            if batch.is_empty() {
                return Some(Mended { failed, rest: Vec::new() });
            }
            let statements = batch.iter().map(|(_, statement)| statement.clone()).collect();
            let Err(error) = self.send_statements(scope, schema, BulkKind::Update, statements, progress.stops()).await else { continue };
            match refused(error) {
                Ok(refused) => {
                    let made = refused.first().map_or(0, |(at, _)| *at);
                    for (at, error) in refused {
                        if let Some((operation, _)) = batch.get(at) {
                            failed.entry(*operation).or_insert(error);
                        }
                    }
                    if progress.stops() {
                        batch.drain(..made.min(batch.len()));
                        let left = batch.into_iter().chain(rest);
                        let rest = left.map(|(operation, statement)| Mending { operation, statement, apart: None }).collect();
                        return Some(Mended { failed, rest });
                    }
                }
                Err(error) => {
                    let places: Vec<_> = batch.iter().map(|(operation, _)| (*operation, schema.model)).collect();
                    progress.refuse(schema.model, failed, Ended::Early);
                    progress.note(&places, true, Err(error));
                    return None;
                }
            }
        }
    }
}

/// The error without the refusals of documents of which it is not known whose operation they are. What ended the command stays.
fn without_shared(error: Error, batch: &[Mending]) -> Error {
    match error {
        Error::Bulk { model, inserted, mut failed, outcome, applied } => {
            failed.retain(|(at, error)| !is_about_a_document(error) || batch.get(*at).is_some_and(|mending| mending.apart.is_none()));
            Error::Bulk { model, inserted, failed, outcome, applied }
        }
        other => other,
    }
}

/// The statements that documents refused, each by its number in the command. What they did is not read, and the operations that they are for
/// are not made.
///
/// # Errors
/// The error itself, where it is another failure.
fn refused(error: Error) -> Result<Vec<(usize, Error)>> {
    match error {
        Error::Bulk { failed, .. } if failed.iter().all(|(_, error)| is_about_a_document(error)) => {
            Ok(failed.into_iter().map(|(at, error)| (at, error.with_outcome(Outcome::NotApplied))).collect())
        }
        other => Err(other),
    }
}
