//! Declared against existing: what the collections of the models lack on the server, and how they get it.
//!
//! `inspect` reads what is there, `plan` finds the difference without the server, `apply` carries it out. `compare` and `storage` say in what an
//! index and a collection differ; `expiry` counts the documents that a step would delete, and `duplicates` names and counts those that a unique index
//! would refuse; `validator` says what is to be done about the rules that the server asks of documents. `generation` keeps versions of a service from
//! undoing each other's changes, and `claim` lets one sync at a time change a collection. `rebuild` and `unknown` are what is done when it is asked for; `progress` follows builds, and `patience` waits
//! for their end. What is to be done, or was done, is told by `schema/step`. Called by `action/sync.rs`.

mod apply;
mod claim;
mod compare;
mod duplicates;
mod expiry;
mod generation;
mod inspect;
mod manner;
mod patience;
mod plan;
mod progress;
mod rebuild;
mod storage;
mod text;
mod unknown;
mod validator;

use crate::schema::step;

pub(crate) use apply::apply;
pub use duplicates::{DuplicateGroup, DuplicateKeys, DuplicateReport};
pub(crate) use duplicates::{check_duplicates, count_duplicates};
pub(crate) use expiry::count_expired;
pub(crate) use generation::{recorded, settled};
pub(crate) use inspect::inspect;
pub(crate) use manner::Manner;
pub(crate) use plan::{Asked, CollectionPlan, plan, told};
pub(crate) use progress::Watch;
pub use progress::{BuildPhase, SyncProgress};
pub use step::{RebuildOrder, SyncDifference, SyncPlan, SyncStep};
pub(crate) use validator::count_broken;
