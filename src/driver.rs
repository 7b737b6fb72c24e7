//! The server, through the official driver: the only room that names `mongodb`.
//!
//! Every call goes through `call`: shielded from cancellation, under a deadline, in a span, its error understood and its outcome known.
//! `client` opens the connection; `read`, `explain`, `write`, `bulk` and `admin` are its verbs; `winning` reads plans; `cursor` walks results
//! as raw batches; `session` is a transaction's. Pipelines and filters arrive rendered; documents are bytes both ways.

mod admin;
mod bulk;
mod call;
mod client;
mod cursor;
mod events;
mod explain;
mod fault;
pub mod options;
mod read;
mod session;
mod violation;
mod winning;
mod write;

pub(crate) use bulk::{Apart, BulkCommand, BulkKind, Mending};
pub(crate) use call::{Deadline, Scope, Target};
pub(crate) use client::{ConnectSpec, Connection};
pub(crate) use cursor::{Batch, RawCursor};
pub(crate) use events::CommandListener;
pub use events::CommandRecord;
pub(crate) use explain::Explained;
pub(crate) use read::{FindSpec, ReadOptions};
pub(crate) use session::{TxOptions, TxSession, is_commit_unknown, is_transient};
pub(crate) use winning::unindexed;
pub(crate) use write::{UpdateCounts, UpdateSpec};
