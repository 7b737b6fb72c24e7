//! `insert_many`: whole values, the fastest road into a collection.

use crate::{
    Error, Result,
    codec::{Decode, Raw, to_document},
    db::{Db, sequence},
    model::Model,
    relation,
    schema::{Fill, Layout, Schema, check_document},
};
use bson::RawDocumentBuf;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The insertion of whole values; awaiting it sends it.
#[must_use = "an insert does nothing unless awaited"]
pub struct InsertMany<M> {
    db: Db,
    /// The encoded values, or the first that cannot be stored.
    documents: Result<Vec<Vec<u8>>>,
    ordered: bool,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Inserts whole values as they are, ids and timestamps included; gives their number. Relations in them are not written.
    ///
    /// Sent by bulk inserts of up to 100,000 documents or 48 MB each: a series of single-document writes, not a transaction. Where the id
    /// is `auto_increment`, one `update` before them makes the sequence go on behind these numbers, and three more commands begin it.
    /// Without values nothing is sent.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the first value that cannot be stored, before anything is sent; [`Error::Bulk`] where some were not written.
    pub fn insert_many<'v, M: Model>(&self, values: impl IntoIterator<Item = &'v M>) -> InsertMany<M> {
        let documents = values.into_iter().map(encode).collect();
        InsertMany { db: self.clone(), documents, ordered: true, deadline: None, marker: PhantomData }
    }
}

/// A value's document, its limits checked.
pub(super) fn encode<M: Model>(value: &M) -> Result<Vec<u8>> {
    let schema = M::schema();
    let bytes = to_document(value).map_err(|error| Error::encode(schema, &error))?;
    check_limits(schema, &bytes)?;
    Ok(bytes)
}

/// Refuses a document with all limits that it breaks.
pub(super) fn check_limits(schema: &Schema, bytes: &[u8]) -> Result<()> {
    let document = Raw::document(bytes).map_err(|error| Error::decode(schema, bytes, error))?;
    match check_document(Layout::from(schema), document) {
        broken if broken.is_empty() => Ok(()),
        broken => Err(Error::invalid(schema, broken)),
    }
}

impl<M> InsertMany<M> {
    /// Whether the first failure ends the bulk write (true, the default), or all other documents are written all the same.
    pub fn ordered(mut self, ordered: bool) -> Self {
        self.ordered = ordered;
        self
    }

    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M: Model> IntoFuture for InsertMany<M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let documents = self.documents?;
            let schema = M::schema();
            let db = self.db.within(self.db.scope(self.deadline).deadline);
            // A sequence goes on behind the numbers that were brought along.
            if let Some(greatest) = greatest_number(schema, &documents) {
                sequence::raise(&db, self.deadline, schema, greatest).await.map_err(relation::nothing_sent)?;
            }
            insert_all(&db, self.deadline, schema, documents, self.ordered).await
        })
    }
}

fn greatest_number(schema: &Schema, documents: &[Vec<u8>]) -> Option<i64> {
    let field = schema.fields.iter().find(|field| matches!(field.fill, Fill::Sequence))?;
    let number = |bytes: &Vec<u8>| Raw::document(bytes).ok()?.get(field.stored).ok()?.and_then(|raw| i64::decode(&raw).ok());
    documents.iter().filter_map(number).max()
}

/// Sends documents by bulk inserts; nothing at all where there are none.
pub(super) async fn insert_all(
    db: &Db,
    deadline: Option<Duration>,
    schema: &'static Schema,
    documents: Vec<Vec<u8>>,
    ordered: bool,
) -> Result<u64> {
    if documents.is_empty() {
        return Ok(0);
    }
    let raw = documents.into_iter().map(|bytes| RawDocumentBuf::from_bytes(bytes).map_err(Error::other)).collect::<Result<Vec<_>>>()?;
    db.connection().insert_many(&db.scope(deadline), schema, raw, ordered).await
}

impl<M> fmt::Debug for InsertMany<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InsertMany")
    }
}
