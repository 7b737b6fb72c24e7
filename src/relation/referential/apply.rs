//! The writes of a cascade: what goes last is what everything else refers to.

use super::{
    cascade::{Cascade, Plan},
    group::{Group, Known},
    referrers::refers_to,
    report::{Deletions, ModelDeletions},
};
use crate::{
    Result,
    driver::UpdateSpec,
    relation::lock::lock_all,
    render::{among, clear_key_at, in_chunks, pull_ids, referring},
    schema::ReferentialAction,
};
use bson::Document;
use std::collections::HashSet;

impl Cascade<'_> {
    /// Deletes `roots` and what goes with them; counts what was done, also before an error, and gives which documents went. None where more
    /// than `most` documents go with them: then nothing is written.
    ///
    /// In order: the locks, in one `update`; then for each level, the deepest first, and each model in it one `update` for each key that
    /// becomes `None`, one for each list that may hold ids, and one `delete`. `also` is what the roots must match when they are deleted,
    /// where no transaction has seen to that.
    ///
    /// # Errors
    /// [`Error::Restricted`](crate::Error::Restricted) before anything is written.
    pub(super) async fn run(&self, roots: Group, most: usize, also: &Document, done: &mut Deletions) -> Result<Option<HashSet<Known>>> {
        let Some(plan) = self.plan(roots, most).await? else { return Ok(None) };
        self.check(&plan).await?;
        let locked = plan.groups().filter(|group| refers_to(group.schema).need_locks()).map(|group| (group.schema, group.ids()));
        lock_all(self.db, self.scope, locked.collect()).await?;
        let nothing = Document::new();
        for (depth, level) in plan.levels.iter().enumerate().rev() {
            for group in level {
                self.unlink(&plan, group, done).await?;
                let also = if depth == 0 && !self.db.in_transaction() { also } else { &nothing };
                for ids in in_chunks(group.ids()) {
                    let deleted = self.db.connection().delete_many(self.scope, group.schema, among(ids, also)).await?;
                    done.note(group.schema, ModelDeletions { deleted, ..ModelDeletions::default() });
                }
            }
        }
        Ok(Some(plan.known))
    }

    /// Takes the documents of `group` out of the keys and lists of documents that stay.
    async fn unlink(&self, plan: &Plan, group: &Group, done: &mut Deletions) -> Result<()> {
        let (referrers, now) = (refers_to(group.schema), self.db.now());
        for referrer in referrers.deleting(ReferentialAction::SetNull) {
            let holder = referrer.holder;
            for values in in_chunks(group.values(referrer.named.stored)) {
                let filter = referring(&referrer.key.stored, values.clone(), plan.ids_of(holder));
                let (update, array_filters) = clear_key_at(holder, referrer.key, values, now)?;
                let spec = UpdateSpec { array_filters, ..UpdateSpec::default() };
                let cleared = self.db.connection().update_many(self.scope, holder, filter, update, spec).await?;
                done.note(holder, ModelDeletions { set_null: cleared.modified, ..ModelDeletions::default() });
            }
        }
        for referrer in &referrers.lists {
            let holder = referrer.holder;
            for ids in in_chunks(group.ids()) {
                let filter = referring(&referrer.list.stored, ids.clone(), plan.ids_of(holder));
                let (update, array_filters) = pull_ids(holder, referrer.list, ids, referrer.one_sided.then_some(now))?;
                let spec = UpdateSpec { array_filters, ..UpdateSpec::default() };
                let pulled = self.db.connection().update_many(self.scope, holder, filter, update, spec).await?;
                done.note(holder, ModelDeletions { unlinked: pulled.modified, ..ModelDeletions::default() });
            }
        }
        Ok(())
    }
}
