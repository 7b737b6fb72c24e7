//! [`Db`], and what a verb needs to run: the connection, the clock, the registered models, the sequences and the transaction that it is in.
//!
//! Made by `action/connect.rs` from a [`Builder`]; read by `relation`, `sync` and every verb of `action`.

mod builder;
mod clock;
mod handle;
mod mode;
mod registry;
pub(crate) mod sequence;
mod session;

pub use builder::Builder;
pub(crate) use clock::Clock;
pub use handle::Db;
pub use mode::{StillBuilding, SyncMode};
pub use registry::{Registry, diagram};
pub(crate) use session::run_transaction;
