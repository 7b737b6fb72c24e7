//! Which declared index serves a read, and which one would: the rules of the server's planner, for a filter and an order as they are sent.
//!
//! A filter becomes conditions on paths (`condition`), declared indexes become candidates (`candidate`), of which some have a part of the
//! documents (`implied`), and what each of these gives to the read (`service`, `order`) makes the verdict (`report`) and the advice (`advice`), in names as attributes take them (`name`). Asked by
//! `action`; `tests/indexed.rs` holds every verdict against the server's own.

mod advice;
mod candidate;
mod condition;
mod implied;
mod name;
mod order;
mod report;
mod service;

pub use report::Coverage;
pub(crate) use report::cover;
