//! What connecting does with what the models declare, as [`SyncMode`] says. Called by `connect`.

use crate::{
    db::{Db, StillBuilding, SyncMode},
    error::{Error, Result},
    sync::SyncPlan,
};
use std::time::Duration;

/// Plans, verifies or applies; keeps what was found or done with the handle.
pub(super) async fn run_mode(db: &Db, mode: SyncMode, deadline: Option<Duration>, still_building: StillBuilding) -> Result<()> {
    let sync = || {
        let sync = db.sync().still_building(still_building);
        match deadline {
            Some(deadline) => sync.deadline(deadline),
            None => sync,
        }
    };
    match mode {
        SyncMode::Off => {}
        SyncMode::Plan => {
            let plan = sync().plan().await?;
            log(&plan, "planned, not done");
            db.keep_sync_plan(plan);
        }
        SyncMode::Verify => {
            let plan = sync().verified().await?;
            if !plan.is_empty() {
                return Err(Error::OutOfSync(plan));
            }
            db.keep_sync_plan(plan);
        }
        SyncMode::Apply => {
            let done = sync().await?;
            log(&done, "synced");
            db.keep_sync_plan(done);
        }
    }
    Ok(())
}

/// One event for each step.
fn log(plan: &SyncPlan, what: &'static str) {
    for step in &plan.steps {
        tracing::info!(%step, "{what}");
    }
}
