//! Declared against existing: what the collections of the models lack on the server, and how they get it.
//!
//! `inspect` reads what is there, `plan` finds the difference without the server, `apply` carries it out. `compare` and `storage` say in what an
//! index and a collection differ; `expiry` counts the documents that a step would delete; `validator` says what is to be done about the rules
//! that the server asks of documents; `generation` keeps versions of a service from undoing each other's changes. What is to be done, or was
//! done, is told by `schema/step`. Called by `action/sync.rs`.

mod apply;
mod compare;
mod expiry;
mod generation;
mod inspect;
mod plan;
mod storage;
mod text;
mod validator;

use crate::schema::step;

pub(crate) use apply::apply;
pub(crate) use expiry::count_expired;
pub(crate) use generation::{recorded, settled};
pub(crate) use inspect::inspect;
pub(crate) use plan::{CollectionPlan, plan, told};
pub use step::{SyncDifference, SyncPlan, SyncStep};
