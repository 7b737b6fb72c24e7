//! [`Returning`]: what a write of one document gives back, which `returning` says: [`New`], [`Old`] or [`Nothing`].
//!
//! Read by `update`, `replace` and `delete`, which ask the server for no more than that.

use super::decode::decode_written;
use crate::{Result, db::Db, model::Model};
use bson::RawDocumentBuf;

/// What a write of one document gives back: [`New`], [`Old`] or [`Nothing`].
#[diagnostic::on_unimplemented(
    message = "a write cannot give back `{Self}`",
    label = "expected `New`, `Old` or `Nothing`",
    note = "they are in `chakra::prelude` and in `chakra::action`"
)]
pub trait Returning: Send + 'static {
    /// What it gives back.
    type Of<M>;
    /// Whether that is a document.
    #[doc(hidden)]
    const READS: bool;
    /// Whether it is the document as it is after the write.
    #[doc(hidden)]
    const AFTER: bool;
    /// The server's answer; an empty document where none was asked for.
    #[doc(hidden)]
    fn read<M: Model>(db: &Db, document: &RawDocumentBuf) -> Result<Self::Of<M>>;
}

/// The document as it is after the write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct New;

/// The document as it was before the write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Old;

/// No document: the server sends none, and `()` is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nothing;

impl Returning for New {
    type Of<M> = M;
    const READS: bool = true;
    const AFTER: bool = true;
    fn read<M: Model>(db: &Db, document: &RawDocumentBuf) -> Result<M> {
        decode_written(db, document)
    }
}
impl Returning for Old {
    type Of<M> = M;
    const READS: bool = true;
    const AFTER: bool = false;
    fn read<M: Model>(db: &Db, document: &RawDocumentBuf) -> Result<M> {
        decode_written(db, document)
    }
}
impl Returning for Nothing {
    type Of<M> = ();
    const READS: bool = false;
    const AFTER: bool = false;
    fn read<M: Model>(_: &Db, _: &RawDocumentBuf) -> Result<()> {
        Ok(())
    }
}
