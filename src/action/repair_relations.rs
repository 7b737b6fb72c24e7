//! `check_relations().repair()`: what is wrong with relations, mended; and the plan of it.

use super::check_relations::CheckRelations;
use crate::{
    Result,
    relation::{self, Finding, RelationReport, Repaired},
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture};

/// The repair of relations; awaiting it does it, [`plan`](Self::plan) only says what there is to do.
#[must_use = "nothing is repaired unless this is awaited"]
pub struct RepairRelations(CheckRelations);

impl RepairRelations {
    pub(super) fn of(check: CheckRelations) -> Self {
        Self(check)
    }

    /// What there is to do, without doing it. Sends what the check sends.
    ///
    /// # Errors
    /// Those of [`Db::check_relations`](crate::Db::check_relations).
    pub async fn plan(self) -> Result<RepairPlan> {
        let report = self.0.report().await?;
        Ok(RepairPlan { report, repair: self })
    }
}

/// What a repair will do, as the documents were when it was planned. Prints one line for each key or list and kind of fault.
#[must_use = "a plan does nothing unless it is applied"]
pub struct RepairPlan {
    report: RelationReport,
    repair: RepairRelations,
}

impl RepairPlan {
    /// What was found.
    #[must_use]
    pub fn report(&self) -> &RelationReport {
        &self.report
    }

    /// The first findings, those that are left as they are among them.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.report.findings()
    }

    /// Whether there is nothing to mend. What is only told, such as orphans, is no work.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.report.needs_repair()
    }

    /// Mends what is wrong now: the relations are gone through anew, so that what others have written since is not undone.
    ///
    /// # Errors
    /// Those of [`CheckRelations::repair`].
    pub async fn apply(self) -> Result<Repaired> {
        self.repair.await
    }
}

impl IntoFuture for RepairRelations {
    type Output = Result<Repaired>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let check = self.0;
            let scope = check.scope();
            let scan = check.scan(&scope)?;
            // Each transaction ends with the whole.
            let db = check.db.within(scope.deadline);
            relation::repair(&db, &scope, scan, &check.options).await
        })
    }
}

impl fmt::Display for RepairPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.write_plan(f)
    }
}

impl fmt::Debug for RepairPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for RepairRelations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RepairRelations").field(&self.0).finish()
    }
}
