//! How a sync is carried out: who hears of its builds, and what becomes of those that take longer than it.
//!
//! Filled by `action/sync.rs`, read by `apply`.

use super::progress::Watch;
use crate::{db::StillBuilding, error::Error};

#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    pub(crate) watch: Watch,
    pub(crate) still_building: StillBuilding,
}

impl Manner {
    /// Whether a sync that this ended is told as done, but for what is left.
    pub(crate) fn serves_after(&self, error: &Error) -> bool {
        self.still_building == StillBuilding::Serve && matches!(error, Error::StillBuilding { .. } | Error::Timeout { .. })
    }
}
