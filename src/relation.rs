//! Relations at work: loading and counting related documents, filters on them, the plans of nested writes, writes to related documents, what
//! deletes and changes do to documents that refer to others, and what is stored looked through and mended.

mod changing;
mod check;
mod count;
mod keys;
mod link;
mod link_key;
mod load;
mod lock;
mod look_up;
mod missing;
mod nested;
mod referential;
mod resolve;
mod run;
mod settle;

pub(crate) use changing::{Changing, change_many};
pub use check::{Finding, FindingKind, RelationReport, Repaired};
pub(crate) use check::{Scan, repair};
pub(crate) use keys::AT_ONCE;
pub(crate) use link::{create, nothing_sent, render_each, render_flat};
pub(crate) use load::{load, nodes, of_related};
pub(crate) use nested::{Give, UpsertDraft, update, upsert};
pub use referential::{Deletions, ModelDeletions};
pub(crate) use referential::{delete_by_filter, delete_one, following_one, moved, moved_by_replacing, refers_to};
pub(crate) use resolve::{resolve, resolve_known, resolve_many, resolve_order, resolve_stages};
