//! Indexes that no model declares, taken away in two steps: hidden when it is asked for first, dropped when it is asked for again.
//!
//! What was hidden and is missed can be shown again at once; what was dropped has to be built. That an index was hidden before is all that is known
//! of it: one that somebody else has hidden is dropped at once.

use super::{
    patience::{drop_seen, modify_seen},
    plan::CollectionPlan,
    step::{SyncStep, name_of},
};
use crate::{
    driver::{Connection, Scope},
    error::Result,
    schema::Schema,
};
use bson::{Document, doc};

impl CollectionPlan {
    /// With the indexes that no model declares.
    pub(super) fn dropping_unknown(mut self) -> Self {
        // Of a time series the server does not list which are hidden: they would be hidden for ever.
        if self.schema.storage.time_series().is_some() {
            return self;
        }
        for step in std::mem::take(&mut self.left) {
            match step {
                SyncStep::Unknown { index, .. } => self.unknown.push(index),
                other => self.left.push(other),
            }
        }
        self
    }
}

/// What is done with an index that no model declares.
pub(super) fn taken_away(schema: &Schema, index: &Document) -> SyncStep {
    let (collection, index) = (schema.collection, index.clone());
    if is_hidden(&index) { SyncStep::DropUnknown { collection, index } } else { SyncStep::HideUnknown { collection, index } }
}

/// Takes that step. False where the index is gone, or was changed, or made anew, since it was listed.
pub(super) async fn take_away(connection: &Connection, scope: &Scope, schema: &'static Schema, index: &Document) -> Result<bool> {
    if is_hidden(index) {
        return drop_seen(connection, scope, schema, index).await;
    }
    let hide = doc! { "index": { "name": name_of(index), "hidden": true } };
    modify_seen(connection, scope, schema, index, &hide).await
}

fn is_hidden(index: &Document) -> bool {
    index.get_bool("hidden").unwrap_or(false)
}
