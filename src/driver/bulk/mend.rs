//! What goes ahead of updates: statements that bring documents into the form that these take.
//!
//! Sent by `update` whatever the server. It changes nothing that is read, so nobody asks what it matched; but a document may refuse it, as by a
//! unique key, and then it is known of which operations that is the failure: their own statements are left out.

use super::{
    progress::Progress,
    send::{BulkKind, COMMAND_BYTES, ELEMENT_BYTES},
};
use crate::{
    driver::{
        call::Scope,
        client::Connection,
        write::{is_about_a_document, next_batch},
    },
    error::{Error, Result},
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

impl Connection {
    /// Mends, and gives the operations for which that failed: in order, and in a transaction, the first one. Nothing where the bulk is over.
    pub(super) async fn mend(
        &self,
        scope: &Scope,
        schema: &'static Schema,
        mends: Vec<Mending>,
        progress: &mut Progress,
    ) -> Option<BTreeMap<usize, Error>> {
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
            let Some(first) = batch.first().map(|mending| mending.operation) else { return Some(Vec::new()) };
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
                    progress.note(&[(first, schema.model)], true, Err(error));
                    return None;
                }
            }
        }
    }

    /// Sends a statement for each operation.
    async fn mend_apart(
        &self,
        scope: &Scope,
        schema: &'static Schema,
        mends: Vec<Mending>,
        progress: &mut Progress,
    ) -> Option<BTreeMap<usize, Error>> {
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
            let batch = next_batch(&mut rest, COMMAND_BYTES, |(_, statement)| statement.as_bytes().len() + ELEMENT_BYTES);
            if batch.is_empty() {
                return Some(failed);
            }
            let (places, statements): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|(operation, statement)| ((operation, schema.model), statement)).unzip();
            let Err(error) = self.send_statements(scope, schema, BulkKind::Update, statements, progress.stops()).await else { continue };
            match refused(error) {
                Ok(refused) => {
                    for (at, error) in refused {
                        if let Some((operation, _)) = places.get(at) {
                            failed.entry(*operation).or_insert(error);
                        }
                    }
                    if progress.stops() {
                        return Some(failed);
                    }
                }
                Err(error) => {
                    progress.note(&places, true, Err(error));
                    return None;
                }
            }
        }
    }
}

/// The statements that documents refused, each by its number in the command.
///
/// # Errors
/// The error itself, where it is another failure.
fn refused(error: Error) -> Result<Vec<(usize, Error)>> {
    match error {
        Error::Bulk { failed, .. } if failed.iter().all(|(_, error)| is_about_a_document(error)) => Ok(failed),
        other => Err(other),
    }
}
