//! Relations at work: loading and counting related documents, and the plans of nested writes.

mod count;
mod link;
mod link_key;
mod load;

pub(crate) use link::{create, nothing_sent, render_each, render_flat};
pub(crate) use load::{load, nodes};
