//! How a sync is carried out: who hears of its builds, and what becomes of those that take longer than it.
//!
//! Filled by `action/sync.rs`, read by `apply`.

use super::progress::Watch;
use crate::error::Error;

/// What becomes of an index that is still being built when the deadline of a `sync` passes. The build goes on in both cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StillBuilding {
    /// The `sync` fails with [`Error::StillBuilding`](crate::Error::StillBuilding): a service that starts has all its indexes.
    #[default]
    Wait,
    /// The `sync` ends well, and its [`SyncPlan`](crate::SyncPlan) lists what is still being built and what was not begun: a service starts, with
    /// reads that are slow, and with unique keys that nobody guards, until another `sync` is through.
    Serve,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    pub(crate) watch: Watch,
    pub(crate) still_building: StillBuilding,
}

impl Manner {
    /// Whether a sync that this ended is told as done, but for what is left.
    pub(super) fn serves_after(&self, error: &Error) -> bool {
        self.still_building == StillBuilding::Serve && matches!(error, Error::StillBuilding { .. } | Error::Timeout { .. })
    }
}
