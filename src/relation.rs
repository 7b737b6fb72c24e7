//! Relations at work: loading and counting related documents, filters on them, the plans of nested writes, and what is stored looked through
//! and mended.

mod check;
mod count;
mod link;
mod link_key;
mod load;
mod resolve;

pub use check::{Finding, FindingKind, RelationReport, Repaired};
pub(crate) use check::{Scan, repair};
pub(crate) use link::{create, nothing_sent, render_each, render_flat};
pub(crate) use load::{load, nodes, of_related};
pub(crate) use resolve::{resolve, resolve_known, resolve_many, resolve_order, resolve_stages};
