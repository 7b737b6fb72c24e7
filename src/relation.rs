//! Relations at work: loading and counting related documents, filters on them, the plans of nested writes, and writes to related documents.

mod changing;
mod count;
mod link;
mod link_key;
mod load;
mod nested;
mod resolve;
mod run;
mod settle;

pub(crate) use changing::{Changing, change_many};
pub(crate) use link::{create, nothing_sent, render_each, render_flat};
pub(crate) use load::{load, nodes, of_related};
pub(crate) use nested::{Give, UpsertDraft, update, upsert};
pub(crate) use resolve::{resolve, resolve_many, resolve_stages};
