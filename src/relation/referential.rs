//! Referential actions: what a delete, or a change of a value that keys reference, does to the documents that refer to it.
//!
//! `referrers` knows who refers to a model; `cascade` finds what goes with a document and what holds it back, and `apply` makes the writes,
//! children first; `delete` is what the verbs call, and `follow` what those call that change a value which keys reference.

mod apply;
mod cascade;
mod delete;
mod follow;
mod group;
mod referrers;
mod report;

pub(crate) use delete::{delete_by_filter, delete_by_ids, delete_one};
pub(super) use follow::moves_reach;
pub(crate) use follow::{Moved, following, following_one, moved, moved_by_replacing};
pub(crate) use referrers::refers_to;
pub use report::{Deletions, ModelDeletions};
