//! Relations looked through and mended: what is stored on both sides, compared.
//!
//! `scan` walks the keys and lists of all relations in batches, `examine` says what is wrong in one, and `mend` writes what makes it right.
//! A `finding` is one thing that is wrong, and a `report` all of them. Called by `action/check_relations.rs` and `action/repair_relations.rs`.

mod examine;
mod finding;
mod mend;
mod report;
mod scan;

pub use finding::{Finding, FindingKind};
pub(crate) use mend::repair;
pub use report::{RelationReport, Repaired};
pub(crate) use scan::Scan;
