//! Declared against existing: what the collections of the models lack on the server, and how they get it.
//!
//! `inspect` reads what is there, `plan` finds the difference without the server, `apply` carries it out. What is to be done, or was done,
//! is told by `step`. Called by `action/sync.rs`.

mod apply;
mod inspect;
mod plan;
mod step;
mod text;

pub(crate) use apply::apply;
pub(crate) use inspect::inspect;
pub(crate) use plan::{plan, told};
pub use step::{IndexDifference, SyncPlan, SyncStep};
