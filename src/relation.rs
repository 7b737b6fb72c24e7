//! Relations at work: loading and counting related documents, filters on them, and the plans of nested writes.

mod count;
mod link;
mod link_key;
mod load;
mod resolve;

pub(crate) use link::{create, nothing_sent, render_each, render_flat};
pub(crate) use load::{load, nodes, of_related};
pub(crate) use resolve::{resolve, resolve_known, resolve_many, resolve_order, resolve_stages};
