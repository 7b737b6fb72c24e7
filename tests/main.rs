//! All tests of the library that are not beside the code they test: one binary, a file per feature.
//!
//! What needs a server gets a real one from `chakra-testkit`, shared by the whole binary, and a fresh database for each test.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod aggregate;
mod chakra_v1;
mod codec;
mod composites;
mod connect;
mod create;
mod defaults;
mod delete;
mod distinct;
mod drafts;
mod enums;
mod exists;
mod explain;
mod extremes;
mod filter;
mod find;
mod flatten;
mod foreign;
mod group_by;
mod ids;
mod include;
mod layers;
mod lenient;
mod limits;
mod maps;
mod models;
mod names;
mod nested;
mod operations;
mod page;
mod pipeline;
mod proof;
mod reference;
mod render;
mod replace;
mod returning;
mod save;
mod schema;
mod search;
mod select;
mod served;
mod skip_duplicates;
mod stored;
mod support;
mod sync;
mod transaction;
mod types;
mod ui;
mod unions;
mod update;
mod upsert;
mod values;
mod view;
