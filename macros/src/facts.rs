//! What follows from the IR: which fields a draft requires, what kind of path a field has, which indexes there are in all.
//! Pure questions, asked by `check` and `expand` alike, so that a rule and the code it protects cannot disagree.

mod enums;
mod field;
mod index;
mod key;
mod name;
mod native;
mod pattern;
mod relation;
mod union;

pub(crate) use field::{MAX_REQUIRED, PathKind, Start};
pub(crate) use index::dotted;
pub(crate) use key::{KeyPath, MAX_KEY, UniqueKey};
pub(crate) use name::{MODEL_FUNCTIONS, located, plain};
pub(crate) use pattern::server_pattern;
pub(crate) use relation::LinkIr;
