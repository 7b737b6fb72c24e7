//! How many documents the server would delete at once by what the plan holds.
//!
//! Called by `action/sync.rs` between `plan` and what follows; nothing is read where nothing is held.

use super::plan::CollectionPlan;
use crate::{
    driver::{Connection, ReadOptions, Scope, options::Collation},
    error::Result,
    render::{render_expired, render_expired_measurements, render_index},
};
use bson::{DateTime, Document};

/// The plans with these numbers: one count for each step that is held, on the primary.
pub(crate) async fn count_expired(
    connection: &Connection,
    scope: &Scope,
    now: DateTime,
    mut plans: Vec<CollectionPlan>,
) -> Result<Vec<CollectionPlan>> {
    for plan in &mut plans {
        let schema = plan.schema;
        for held in &mut plan.held {
            let expired = match (held.by, schema.storage.time_series()) {
                (Some(index), _) => render_expired(index, held.seconds, now),
                (None, Some(series)) => render_expired_measurements(series, held.seconds, now),
                (None, None) => Document::new(),
            };
            // Which documents a partial index has is a question of its own collation.
            let rendered = held.by.map(render_index);
            let collation = rendered.as_ref().and_then(|index| index.get_document("collation").ok());
            let collation = collation.and_then(|collation| bson::deserialize_from_document::<Collation>(collation.clone()).ok());
            let options = ReadOptions { collation, ..ReadOptions::on_primary() };
            let counted = connection.count(scope, schema, expired, options).await;
            held.documents = Some(counted.map_err(|error| error.lacking("find", schema.collection))?);
        }
    }
    Ok(plans)
}
