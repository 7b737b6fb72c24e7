//! The operations of a bulk as commands: each operation becomes a statement, and statements that may stand together become one command.
//!
//! Pure. Filled by `action/bulk.rs`, which hands the commands to `driver/bulk`.

mod mend;
mod plan;
mod statement;

pub(crate) use mend::PlannedMend;
pub(crate) use plan::{PlannedCommand, plan_bulk};
pub(crate) use statement::{Statement, StatementKind};
