//! [`BulkOperation`]: one operation of a bulk, without its types.
//!
//! Collected by the builder in `action`; what is already there is turned into a statement by `render`, a draft becomes a document as in every
//! other verb.

use super::{change::Change, draft::DraftCore, expr::Expr};
use crate::{Result, schema::Schema};
use bson::Document;

/// One operation of a bulk.
#[derive(Debug)]
pub(crate) enum BulkOperation {
    /// A new document.
    Create { schema: &'static Schema, draft: DraftCore },
    /// A write to documents that are there.
    Write { schema: &'static Schema, expr: Expr, write: BulkWrite },
}

/// What becomes of the documents that a bulk finds.
#[derive(Debug)]
pub(crate) enum BulkWrite {
    /// They are changed, all or the one that the key names.
    Update { changes: Vec<Change>, many: bool },
    /// A value takes the place of the one that the key names; or why it cannot.
    Replace(Result<Document>),
    /// They are deleted, all or the one that the key names.
    Delete { many: bool },
}
