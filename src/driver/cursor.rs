//! [`RawCursor`]: a result of the server, batch by batch, as bytes.
//!
//! Opened by `read` and `admin`; walked by the verbs, which decode. While a batch is on its way the driver's cursor lives in the shielded
//! task of `call`: whoever stops waiting drops only the result, and with it the cursor, which the driver then closes on the server.

use super::{
    call::{Call, Scope},
    client::Connection,
    fault,
};
use crate::error::Result;
use bson::RawBsonRef;
use futures::StreamExt;
use mongodb::{
    ClientSession,
    raw_batch_cursor::{RawBatch, RawBatchCursor, SessionRawBatchCursor},
};
use std::fmt;

/// The driver's cursor, outside or inside of a transaction.
enum Source {
    Plain(Box<RawBatchCursor>),
    InSession(Box<SessionRawBatchCursor>),
}

/// A cursor as a task of `call` gives it back, with the batch that it got.
pub(super) struct Advanced {
    source: Source,
    batch: Option<RawBatch>,
}

impl Source {
    async fn advance(mut self, session: Option<&mut ClientSession>) -> mongodb::error::Result<Advanced> {
        let batch = match (&mut self, session) {
            (Self::Plain(cursor), _) => cursor.next().await,
            (Self::InSession(cursor), Some(session)) => cursor.stream(session).next().await,
            // A session's cursor is only made with a scope that has the session, and keeps that scope.
            (Self::InSession(_), None) => None,
        };
        Ok(Advanced { source: self, batch: batch.transpose()? })
    }
}

/// A fresh cursor with its first batch, which came with it.
pub(super) async fn first(cursor: RawBatchCursor) -> mongodb::error::Result<Advanced> {
    Source::Plain(Box::new(cursor)).advance(None).await
}

/// A fresh cursor of a transaction with its first batch.
pub(super) async fn first_in(cursor: SessionRawBatchCursor, session: &mut ClientSession) -> mongodb::error::Result<Advanced> {
    Source::InSession(Box::new(cursor)).advance(Some(session)).await
}

/// A result that is read batch by batch. Dropping it closes the cursor on the server.
pub(crate) struct RawCursor {
    connection: Connection,
    call: Call,
    scope: Scope,
    /// Whether each wait has the whole deadline: a stream may live for hours, a list may not.
    each_wait: bool,
    ready: Option<Batch>,
    source: Option<Source>,
}

impl RawCursor {
    pub(super) fn new(connection: &Connection, call: &Call, scope: &Scope, each_wait: bool, opened: Advanced) -> Self {
        let mut call = call.clone();
        call.op = "getMore";
        let mut cursor = Self { connection: connection.clone(), call, scope: scope.clone(), each_wait, ready: None, source: None };
        cursor.ready = cursor.keep(opened);
        cursor
    }

    /// The next batch, which may be empty. None at the end.
    ///
    /// # Errors
    /// Those of a read. The cursor is closed then: the next call gives None.
    pub(crate) async fn next_batch(&mut self) -> Result<Option<Batch>> {
        if let Some(batch) = self.ready.take() {
            return Ok(Some(batch));
        }
        let Some(source) = self.source.take() else { return Ok(None) };
        let mut scope = self.scope.clone();
        if self.each_wait {
            scope.deadline = scope.deadline.restarted();
        }
        let advanced = self.connection.call(self.call.clone(), &scope, move |session| Box::pin(source.advance(session))).await?;
        Ok(self.keep(advanced))
    }

    /// All batches that are left.
    ///
    /// # Errors
    /// Those of a read.
    pub(crate) async fn all(mut self) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        while let Some(batch) = self.next_batch().await? {
            batches.push(batch);
        }
        Ok(batches)
    }

    /// Keeps the cursor for later unless the server says that this was the last batch.
    fn keep(&mut self, advanced: Advanced) -> Option<Batch> {
        let batch = Batch(advanced.batch?);
        if !batch.is_last() {
            self.source = Some(advanced.source);
        }
        Some(batch)
    }
}

impl fmt::Debug for RawCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawCursor").field("call", &self.call).field("open", &self.source.is_some()).finish_non_exhaustive()
    }
}

/// One reply of the server with its documents, as it came over the wire.
pub(crate) struct Batch(RawBatch);

impl Batch {
    /// The bytes of its documents, in order, borrowed from the reply.
    pub(crate) fn documents(&self) -> impl Iterator<Item = Result<&[u8]>> {
        let malformed = || fault::malformed("reading a batch".to_owned());
        let (array, broken) = match self.0.doc_slices() {
            Ok(array) => (Some(array), None),
            Err(_) => (None, Some(Err(malformed()))),
        };
        let documents = array.into_iter().flatten().map(move |item| match item {
            Ok(RawBsonRef::Document(document)) => Ok(document.as_bytes()),
            _ => Err(malformed()),
        });
        broken.into_iter().chain(documents)
    }

    /// Whether the server has closed the cursor: its id is then 0.
    fn is_last(&self) -> bool {
        let cursor = self.0.as_raw_document().get_document("cursor");
        cursor.is_ok_and(|cursor| cursor.get_i64("id").is_ok_and(|id| id == 0))
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("bytes", &self.0.as_raw_document().as_bytes().len()).finish_non_exhaustive()
    }
}
