//! Writes, through the driver's typed calls: only those are retried by the driver after a lost connection.
//!
//! Called by the verbs and by `relation` with encoded documents and rendered filters and updates.

use super::{
    call::{Call, Effect, Scope, Target},
    client::Connection,
};
use crate::error::{Error, Outcome, Result};
use bson::{Document, RawDocumentBuf};
use mongodb::options::{
    Acknowledgment, FindOneAndDeleteOptions, FindOneAndUpdateOptions, ReturnDocument, UpdateModifications, UpdateOptions, WriteConcern,
};
use std::{iter::Peekable, vec::IntoIter};

/// One command takes that many documents, or other statements (`maxWriteBatchSize`) …
const BATCH_DOCUMENTS: usize = 100_000;
/// … in one message of 48,000,000 bytes (`maxMessageSizeBytes`), from which the command itself is left out here.
pub(super) const BATCH_BYTES: usize = 47_000_000;

/// What an update is told beside its filter and its changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct UpdateSpec {
    /// Whether a document is created where none matches.
    pub(crate) upsert: bool,
    /// Whether the document is given back as it is afterwards, not as it was.
    pub(crate) return_new: bool,
    /// What the items of lists are named by in the update.
    pub(crate) array_filters: Vec<Document>,
    /// Which fields of the document are given back, where these are not all.
    pub(crate) projection: Option<Document>,
    /// Whether it is enough that the primary has it: what is soon written anew must not wait for the others.
    pub(crate) by_primary: bool,
}

/// What an update did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UpdateCounts {
    pub(crate) matched: u64,
    pub(crate) modified: u64,
}

impl Connection {
    /// Inserts one document. One round trip, atomic.
    pub(crate) async fn insert_one(&self, scope: &Scope, target: impl Into<Target>, document: RawDocumentBuf) -> Result<()> {
        let call = Call::new("insert", target, Effect::One);
        let collection = self.collection(&call.target.collection);
        self.call(call, scope, move |session| {
            Box::pin(async move {
                let insert = collection.insert_one(document);
                let inserted = match session {
                    None => insert.await,
                    Some(session) => insert.session(session).await,
                };
                inserted.map(drop)
            })
        })
        .await
    }

    /// Inserts documents one by one, as many as go into a command per round trip; gives how many. `ordered` stops at the first failure.
    ///
    /// # Errors
    /// [`Error::Bulk`] where some failed; the error itself where nothing was inserted and the failure is not about one document.
    pub(crate) async fn insert_many(
        &self,
        scope: &Scope,
        target: impl Into<Target>,
        documents: Vec<RawDocumentBuf>,
        ordered: bool,
    ) -> Result<u64> {
        let call = Call::new("insert", target, Effect::Many);
        let mut progress = Progress { ordered, in_transaction: scope.session.is_some(), ..Progress::default() };
        let mut rest = documents.into_iter().peekable();
        loop {
            // The driver would cut the batches too, but would not say how far it came when the connection is lost.
            let batch = next_batch(&mut rest, BATCH_BYTES, |document| document.as_bytes().len());
            if batch.is_empty() {
                break;
            }
            let (size, collection) = (batch.len(), self.collection(&call.target.collection));
            let inserted = self.call(call.clone(), scope, move |session| {
                Box::pin(async move {
                    let insert = collection.insert_many(batch).ordered(ordered);
                    let inserted = match session {
                        None => insert.await,
                        Some(session) => insert.session(session).await,
                    };
                    inserted.map(drop)
                })
            });
            if progress.note(size, inserted.await) {
                break;
            }
        }
        progress.end(call.target.model)
    }

    /// Changes the first document that matches and gives it back. One round trip, atomic.
    pub(crate) async fn find_one_and_update(
        &self,
        scope: &Scope,
        target: impl Into<Target>,
        filter: Document,
        update: impl Into<UpdateModifications>,
        spec: UpdateSpec,
    ) -> Result<Option<RawDocumentBuf>> {
        let call = Call::new("findAndModify", target, Effect::One);
        let collection = self.collection(&call.target.collection);
        let update = update.into();
        let options = FindOneAndUpdateOptions::builder()
            .upsert(spec.upsert.then_some(true))
            .array_filters(some(spec.array_filters))
            .return_document(spec.return_new.then_some(ReturnDocument::After))
            .projection(spec.projection)
            .max_time(scope.max_time(None))
            .build();
        self.call(call, scope, move |session| {
            Box::pin(async move {
                let update = collection.find_one_and_update(filter, update).with_options(options);
                match session {
                    None => update.await,
                    Some(session) => update.session(session).await,
                }
            })
        })
        .await
    }

    /// Deletes the first document that matches and gives it back. One round trip, atomic.
    pub(crate) async fn find_one_and_delete(
        &self,
        scope: &Scope,
        target: impl Into<Target>,
        filter: Document,
    ) -> Result<Option<RawDocumentBuf>> {
        let call = Call::new("findAndModify", target, Effect::One);
        let collection = self.collection(&call.target.collection);
        let options = FindOneAndDeleteOptions::builder().max_time(scope.max_time(None)).build();
        self.call(call, scope, move |session| {
            Box::pin(async move {
                let delete = collection.find_one_and_delete(filter).with_options(options);
                match session {
                    None => delete.await,
                    Some(session) => delete.session(session).await,
                }
            })
        })
        .await
    }

    /// Changes the first document that matches. One round trip, atomic.
    pub(crate) async fn update_one(
        &self,
        scope: &Scope,
        target: impl Into<Target>,
        filter: Document,
        update: impl Into<UpdateModifications>,
        spec: UpdateSpec,
    ) -> Result<UpdateCounts> {
        self.update(scope, Call::new("update", target, Effect::One), filter, update.into(), spec).await
    }

    /// Changes every document that matches, one by one. One round trip; each document is atomic, the whole is not, and a lost connection
    /// leaves its outcome unknown.
    pub(crate) async fn update_many(
        &self,
        scope: &Scope,
        target: impl Into<Target>,
        filter: Document,
        update: impl Into<UpdateModifications>,
        spec: UpdateSpec,
    ) -> Result<UpdateCounts> {
        self.update(scope, Call::new("update", target, Effect::Many), filter, update.into(), spec).await
    }

    async fn update(
        &self,
        scope: &Scope,
        call: Call,
        filter: Document,
        update: UpdateModifications,
        spec: UpdateSpec,
    ) -> Result<UpdateCounts> {
        let many = call.effect == Effect::Many;
        let collection = self.collection(&call.target.collection);
        let options = UpdateOptions::builder()
            .upsert(spec.upsert.then_some(true))
            .array_filters(some(spec.array_filters))
            .write_concern(spec.by_primary.then(|| WriteConcern::builder().w(Acknowledgment::Nodes(1)).build()))
            .build();
        let result = self
            .call(call, scope, move |session| {
                Box::pin(async move {
                    let update = if many { collection.update_many(filter, update) } else { collection.update_one(filter, update) };
                    let update = update.with_options(options);
                    match session {
                        None => update.await,
                        Some(session) => update.session(session).await,
                    }
                })
            })
            .await?;
        let (matched, modified) = (result.matched_count, result.modified_count);
        Ok(UpdateCounts { matched, modified })
    }

    /// Deletes the first document that matches; says whether there was one. One round trip, atomic.
    pub(crate) async fn delete_one(&self, scope: &Scope, target: impl Into<Target>, filter: Document) -> Result<bool> {
        Ok(self.delete(scope, Call::new("delete", target, Effect::One), filter).await? > 0)
    }

    /// Deletes every document that matches, one by one, and gives how many. One round trip; a lost connection leaves its outcome unknown.
    pub(crate) async fn delete_many(&self, scope: &Scope, target: impl Into<Target>, filter: Document) -> Result<u64> {
        self.delete(scope, Call::new("delete", target, Effect::Many), filter).await
    }

    async fn delete(&self, scope: &Scope, call: Call, filter: Document) -> Result<u64> {
        let many = call.effect == Effect::Many;
        let collection = self.collection(&call.target.collection);
        let result = self
            .call(call, scope, move |session| {
                Box::pin(async move {
                    let delete = if many { collection.delete_many(filter) } else { collection.delete_one(filter) };
                    match session {
                        None => delete.await,
                        Some(session) => delete.session(session).await,
                    }
                })
            })
            .await?;
        Ok(result.deleted_count)
    }
}

/// The server takes no empty list for none.
fn some(documents: Vec<Document>) -> Option<Vec<Document>> {
    (!documents.is_empty()).then_some(documents)
}

/// As many as go into one command, of `bytes` at most.
pub(super) fn next_batch<T>(rest: &mut Peekable<IntoIter<T>>, bytes: usize, size: impl Fn(&T) -> usize) -> Vec<T> {
    let mut batch = Vec::new();
    let mut taken = 0;
    while batch.len() < BATCH_DOCUMENTS {
        // One goes in any case: the server has the last word on its size.
        let Some(next) = rest.next_if(|next| batch.is_empty() || taken + size(next) <= bytes) else { break };
        taken += size(&next);
        batch.push(next);
    }
    batch
}

/// How far a bulk insert has come.
#[derive(Default)]
struct Progress {
    ordered: bool,
    in_transaction: bool,
    /// Documents of the batches that were sent.
    sent: usize,
    inserted: u64,
    failed: Vec<(usize, Error)>,
    unknown: bool,
}

impl Progress {
    /// Notes how a batch of `size` ended. True where nothing more should be sent.
    fn note(&mut self, size: usize, result: Result<()>) -> bool {
        let start = self.sent;
        self.sent += size;
        match result {
            Ok(()) => {
                self.inserted += as_count(size);
                false
            }
            Err(Error::Bulk { failed, .. }) => {
                // An ordered command stops at its first failure; what stands before it is in.
                let inserted = if self.ordered { failed.first().map_or(0, |(at, _)| *at) } else { size.saturating_sub(failed.len()) };
                self.inserted += as_count(inserted);
                self.failed.extend(failed.into_iter().map(|(at, error)| (start + at, error)));
                self.ordered || self.in_transaction
            }
            Err(error) => {
                match error.outcome() {
                    Outcome::Applied => self.inserted += as_count(size),
                    Outcome::Unknown => self.unknown = true,
                    Outcome::NotApplied => {}
                }
                self.failed.push((start, error));
                true
            }
        }
    }

    fn end(mut self, model: &'static str) -> Result<u64> {
        if self.failed.is_empty() {
            return Ok(self.inserted);
        }
        // A command that failed as a whole, and nothing before it: a list of failed documents would only hide it.
        let whole = self.failed.len() == 1 && self.failed.first().is_some_and(|(_, error)| !is_about_a_document(error));
        if whole
            && (self.inserted == 0 || self.in_transaction || self.is_only_unacknowledged())
            && let Some((_, error)) = self.failed.pop()
        {
            return Err(error);
        }
        let outcome = match (self.in_transaction, self.unknown, self.inserted) {
            // The transaction takes back what it inserted.
            (true, ..) | (false, false, 0) => Outcome::NotApplied,
            (false, true, _) => Outcome::Unknown,
            (false, false, _) => Outcome::Applied,
        };
        let inserted = if self.in_transaction { 0 } else { self.inserted };
        Err(Error::Bulk { model, inserted, failed: self.failed, outcome, applied: None })
    }

    /// Whether everything that was sent is in, and only its acknowledgement is missing.
    fn is_only_unacknowledged(&self) -> bool {
        self.inserted == as_count(self.sent)
    }
}

/// Whether the server refused one document and not the command. Both may be an error of the driver; only the former has no driver error
/// of its own, since it is one line of a longer reply.
pub(super) fn is_about_a_document(error: &Error) -> bool {
    match error {
        Error::Unique { .. } | Error::Invalid { .. } => true,
        Error::Driver(_) => error.driver().is_none(),
        _ => false,
    }
}

pub(super) fn as_count(documents: usize) -> u64 {
    u64::try_from(documents).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late(outcome: Outcome) -> Error {
        Error::Timeout { what: "insert".into(), after: std::time::Duration::ZERO, outcome, behind: None }
    }

    fn invalid() -> Error {
        Error::Invalid { model: "User", broken: Vec::new(), behind: None }
    }

    fn refused(at: &[usize]) -> Result<()> {
        let failed = at.iter().map(|at| (*at, invalid())).collect();
        Err(Error::Bulk { model: "User", inserted: 0, failed, outcome: Outcome::Unknown, applied: None })
    }

    #[test]
    fn an_ordered_insert_counts_what_stands_before_the_failure() {
        let mut progress = Progress { ordered: true, ..Progress::default() };
        assert!(!progress.note(10, Ok(())));
        assert!(progress.note(10, refused(&[3])));
        let Err(Error::Bulk { inserted, failed, outcome, .. }) = progress.end("User") else { panic!("no bulk error") };
        assert_eq!((inserted, failed[0].0, outcome), (13, 13, Outcome::Applied));
    }

    #[test]
    fn an_unordered_insert_goes_on() {
        let mut progress = Progress::default();
        assert!(!progress.note(10, refused(&[3, 7])));
        assert!(!progress.note(10, refused(&[0])));
        let Err(Error::Bulk { inserted, failed, outcome, .. }) = progress.end("User") else { panic!("no bulk error") };
        assert_eq!((inserted, outcome), (17, Outcome::Applied));
        assert_eq!(failed.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [3, 7, 10]);
    }

    #[test]
    fn a_lost_connection_leaves_the_rest_unknown() {
        let mut progress = Progress { ordered: true, ..Progress::default() };
        assert!(!progress.note(10, Ok(())));
        assert!(progress.note(10, Err(late(Outcome::Unknown))));
        let Err(Error::Bulk { inserted, failed, outcome, .. }) = progress.end("User") else { panic!("no bulk error") };
        assert_eq!((inserted, failed[0].0, outcome), (10, 10, Outcome::Unknown));
        let mut progress = Progress::default();
        progress.note(10, Err(late(Outcome::Unknown)));
        assert!(matches!(progress.end("User"), Err(Error::Timeout { outcome: Outcome::Unknown, .. })));
    }

    #[test]
    fn a_transaction_takes_everything_back() {
        let mut progress = Progress { in_transaction: true, ..Progress::default() };
        assert!(!progress.note(10, Ok(())));
        assert!(progress.note(10, refused(&[3])));
        let Err(Error::Bulk { inserted, outcome, .. }) = progress.end("User") else { panic!("no bulk error") };
        assert_eq!((inserted, outcome), (0, Outcome::NotApplied));
    }

    #[test]
    fn a_batch_fits_into_a_command() {
        let mut rest = vec![1_usize; BATCH_DOCUMENTS + 1].into_iter().peekable();
        let mut next = || next_batch(&mut rest, BATCH_BYTES, |size| *size).len();
        assert_eq!([next(), next(), next()], [BATCH_DOCUMENTS, 1, 0]);
        // What is too large by itself is a batch by itself.
        let mut rest = vec![40_usize, 60, 1, 101, 100].into_iter().peekable();
        let batches: Vec<Vec<usize>> =
            std::iter::from_fn(|| Some(next_batch(&mut rest, 100, |size| *size)).filter(|batch| !batch.is_empty())).collect();
        assert_eq!(batches, [vec![40, 60], vec![1], vec![101], vec![100]]);
    }
}
