//! The commands of a bulk: sent one after the other, or all in one where the server has a command for several collections.
//!
//! Called by `action/bulk.rs` with statements that `render/bulk` made.

mod at_once;
mod mend;
mod progress;
mod send;

pub(crate) use mend::{Apart, Mending};
pub(super) use send::PartialReply;
pub(crate) use send::{BulkCommand, BulkKind};
