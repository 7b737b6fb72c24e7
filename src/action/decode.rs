//! Documents of the server as values of a model, for every verb that gives some back.

use crate::{Error, Result, codec::from_document, db::Db, model::Model};
use bson::RawDocumentBuf;

/// One document that was read.
pub(super) fn decode<M: Model>(document: &[u8]) -> Result<M> {
    from_document(document).map_err(|error| Error::decode(M::schema(), document, error))
}

/// A document that a write gave back: if it cannot be read, the write was applied all the same.
pub(super) fn decode_written<M: Model>(db: &Db, document: &RawDocumentBuf) -> Result<M> {
    decode(document.as_bytes()).map_err(|error| db.behind_write(error))
}
