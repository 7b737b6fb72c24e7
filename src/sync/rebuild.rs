//! Indexes that differ from their declaration, built anew without leaving a unique key unguarded.
//!
//! `plan` finds them; what is asked for is done by `apply`, one step after the other. An index cannot be renamed, so that the new one has another
//! of the names of its declaration. The server takes two indexes for one where they differ in their time to live or in being hidden alone, and
//! it has one index of texts in a collection: there the old one is dropped first. No step undoes one that another service has taken, and a
//! rebuild that was interrupted is found again by the names and goes on from where it was.

use super::{
    apply::create_unique,
    compare::{differences, number},
    manner::Manner,
    patience::{drop_index, drop_seen},
    plan::{Change, CollectionPlan, Declared, Existing, Held, Work, is_changed_in_place},
    progress::build,
    step::{RebuildOrder, SyncDifference, SyncStep, name_of},
    storage::EXPIRY,
    text::is_text,
};
use crate::{
    driver::{Connection, Scope},
    error::Result,
    render::render_bridge,
    schema::{IndexSchema, Schema},
};
use bson::Document;

/// An index that is built in place of another one.
#[derive(Clone, Debug)]
pub(super) struct Rebuild {
    /// The new one, under its new name.
    pub(super) declared: Declared,
    /// The old one as `listIndexes` gives it.
    old: Document,
    /// In what the old one differs. Nothing where it was only left from a rebuild.
    differences: Vec<SyncDifference>,
    order: RebuildOrder,
    /// The index that keeps the values unique meanwhile.
    bridge: Option<Document>,
    /// After how many seconds the server deletes documents, where it would delete some that the old one kept.
    expires: Option<i32>,
}

impl Rebuild {
    pub(super) fn new(declared: &Declared, old: &Document, differences: Vec<SyncDifference>, existing: &Existing) -> Self {
        let index = declared.index;
        let is_one = differences.iter().all(|difference| matches!(difference.option, "hidden" | EXPIRY));
        let (order, name, bridge) = if is_one && index.unique {
            let free = || index.names().skip(1).find(|name| is_free(name, existing));
            let by = bridge_of(declared, existing).or_else(free).unwrap_or_else(|| index.name());
            let mut bridge = render_bridge(&declared.rendered);
            bridge.insert("name", by.clone());
            let name = name_behind(index, &by, existing);
            (RebuildOrder::Guarded { by }, name, Some(bridge))
        } else {
            let is_alone = is_one || (is_text(old) && is_text(&declared.rendered));
            let order = if is_alone { RebuildOrder::Apart } else { RebuildOrder::Beside };
            (order, free_name(declared, existing), None)
        };
        let deletes = |seconds: &i32| !existing.is_empty && !deletes_as_before(&declared.rendered, old, *seconds);
        let expires = index.options.expire_after.filter(deletes);
        let mut declared = declared.clone();
        declared.rendered.insert("name", name);
        Self { declared, old: old.clone(), differences, order, bridge, expires }
    }

    /// What is left of a rebuild: only the old one is to be dropped, when the new one is built.
    pub(super) fn leftover(declared: Declared, old: &Document) -> Self {
        Self { declared, old: old.clone(), differences: Vec::new(), order: RebuildOrder::Beside, bridge: None, expires: None }
    }

    pub(super) fn is_leftover(&self) -> bool {
        self.differences.is_empty()
    }

    pub(super) fn told(&self, schema: &Schema) -> SyncStep {
        let Schema { model, collection, .. } = *schema;
        let index = name_of(&self.old).to_owned();
        if self.is_leftover() {
            return SyncStep::DropSuperseded { model, collection, index, by: name_of(&self.declared.rendered).to_owned() };
        }
        let (anew, order) = (self.declared.rendered.clone(), self.order.clone());
        self.declared.refused(SyncStep::Rebuild { model, collection, index, anew, order, differences: self.differences.clone() })
    }
}

impl CollectionPlan {
    /// With the rebuilds that it could do.
    pub(super) fn rebuilding(mut self) -> Self {
        self.left.retain(|step| !matches!(step, SyncStep::Differs { .. } | SyncStep::Superseded { .. }));
        let rebuilds = std::mem::take(&mut self.rebuildable);
        let bridges: Vec<String> =
            rebuilds.iter().filter_map(|rebuild| rebuild.bridge.as_ref()).map(|bridge| name_of(bridge).to_owned()).collect();
        for rebuild in rebuilds {
            let old = name_of(&rebuild.old);
            // It goes with its own rebuild.
            if bridges.iter().any(|bridge| bridge == old) {
                continue;
            }
            if !rebuild.is_leftover() && rebuild.differences.iter().all(is_changed_in_place) {
                let change = |difference: &SyncDifference| Change { index: Some(old.to_owned()), difference: difference.clone() };
                self.changes.extend(rebuild.differences.iter().map(change));
                continue;
            }
            match rebuild.expires {
                Some(seconds) => {
                    let by = Some(rebuild.declared.index);
                    self.held.push(Held { by, seconds, documents: None, work: Work::Rebuild(Box::new(rebuild)) });
                }
                None => self.rebuilds.push(rebuild),
            }
        }
        self
    }
}

/// Whether the old index deleted all documents that the new one does, and as early.
fn deletes_as_before(anew: &Document, old: &Document, seconds: i32) -> bool {
    let path = |index: &Document| index.get_document("key").ok().and_then(|key| key.keys().next().cloned());
    let lives = old.get(EXPIRY).and_then(number);
    lives.is_some_and(|lives| lives <= f64::from(seconds)) && path(old) == path(anew) && !old.contains_key("partialFilterExpression")
}

fn is_free(name: &str, existing: &Existing) -> bool {
    !existing.indexes.iter().any(|found| name_of(found) == name)
}

/// Under which name a declared index is built. Where a rebuild that was interrupted has left the index that guards its values, by the name
/// that the rebuild would give it.
pub(super) fn free_name(declared: &Declared, existing: &Existing) -> String {
    match bridge_of(declared, existing) {
        Some(bridge) => name_behind(declared.index, &bridge, existing),
        None => declared.index.names().find(|name| is_free(name, existing)).unwrap_or_else(|| declared.index.name()),
    }
}

/// All services give it the same: what one of them drops by its name is never what another one has built.
fn name_behind(index: &IndexSchema, bridge: &str, existing: &Existing) -> String {
    let mut behind = index.names().skip_while(|name| name != bridge).skip(1);
    behind.find(|name| is_free(name, existing)).unwrap_or_else(|| index.name())
}

/// The name of the index that guards the values of this one, where it is there.
fn bridge_of(declared: &Declared, existing: &Existing) -> Option<String> {
    let bridge = existing.indexes.iter().find(|found| is_bridge(declared, found, existing.collation.as_ref()))?;
    Some(name_of(bridge).to_owned())
}

/// Whether a rebuild of this unique index made that one to guard its values.
pub(super) fn is_bridge(declared: &Declared, found: &Document, default: Option<&Document>) -> bool {
    let may_be = declared.index.unique && declared.index.options.expire_after.is_none() && declared.index.is_named(name_of(found));
    may_be && differences(&render_bridge(&declared.rendered), default, found).is_empty()
}

/// Builds the new one and drops the old one. Any number of services may do it at once: an index that is built already is not built again, and
/// one that is gone is not dropped. Gives whether there was anything to do.
///
/// # Errors
/// [`Error::Index`](crate::Error::Index) where documents stand in the way of a unique one, before anything is dropped.
pub(super) async fn rebuild(
    connection: &Connection,
    scope: &Scope,
    manner: &Manner,
    schema: &'static Schema,
    rebuild: &Rebuild,
) -> Result<bool> {
    let Rebuild { declared, old, bridge, order, .. } = rebuild;
    match (order, bridge) {
        (RebuildOrder::Apart, _) => {
            drop_seen(connection, scope, schema, old).await?;
            make(connection, scope, manner, schema, rebuild).await?;
        }
        (RebuildOrder::Guarded { by }, Some(bridge)) => {
            build(connection, scope, &manner.watch, schema, vec![bridge.clone()]).await?;
            drop_seen(connection, scope, schema, old).await?;
            build(connection, scope, &manner.watch, schema, vec![declared.rendered.clone()]).await?;
            drop_index(connection, scope, schema, by).await?;
        }
        (RebuildOrder::Beside | RebuildOrder::Guarded { .. }, _) => {
            make(connection, scope, manner, schema, rebuild).await?;
            return Ok(drop_seen(connection, scope, schema, old).await? || !rebuild.is_leftover());
        }
    }
    Ok(true)
}

async fn make(connection: &Connection, scope: &Scope, manner: &Manner, schema: &'static Schema, rebuild: &Rebuild) -> Result<()> {
    let declared = &rebuild.declared;
    if declared.index.unique {
        return create_unique(connection, scope, manner, schema, declared, !rebuild.is_leftover()).await;
    }
    build(connection, scope, &manner.watch, schema, vec![declared.rendered.clone()]).await
}

#[cfg(test)]
mod tests;
