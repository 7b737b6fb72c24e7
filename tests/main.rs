//! All tests of the library that are not beside the code they test: one binary, a file per feature.
//!
//! What needs a server gets a real one from `chakra-testkit`, shared by the whole binary, and a fresh database for each test.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod chakra_v1;
mod codec;
mod connect;
mod create;
mod delete;
mod filter;
mod find;
mod include;
mod layers;
mod models;
mod nested;
mod render;
mod stored;
mod support;
mod sync;
mod transaction;
mod ui;
mod update;
mod upsert;
