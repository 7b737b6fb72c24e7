//! Every type of the design's table: what the server holds of it, how it is found, changed and read back, and what else it reads.
//!
//! `harness` has the questions that are asked of every type; each other file is a table of types, a row each.

mod composite;
mod container;
mod foreign;
mod geo;
mod harness;
mod leniency;
mod native;
mod operands;
mod scalar;
