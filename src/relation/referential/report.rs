//! [`Deletions`]: what a delete did to the documents of each model.
//!
//! Counted by `apply`; read by users, as what `report` gives.

use crate::{model::Model, schema::Schema};
use std::fmt;

/// What a delete did, model by model: what it deleted, also by cascades, and what it changed where that referred to deleted documents.
#[derive(Clone, Default)]
pub struct Deletions(Vec<(&'static Schema, ModelDeletions)>);

/// What a delete did to the documents of one model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelDeletions {
    /// How many were deleted.
    pub deleted: u64,
    /// How many documents that stay lost a key, counted for each of their keys by itself: one that lost two different keys counts twice, and
    /// one that lost the same key in several composites of a list once.
    pub set_null: u64,
    /// How many documents that stay lost ids, counted for each of their lists by itself in the same way.
    pub unlinked: u64,
}

impl Deletions {
    /// What was done to the documents of `M`.
    #[must_use]
    pub fn of<M: Model>(&self) -> ModelDeletions {
        self.of_schema(M::schema())
    }

    /// How many documents were deleted, of all models.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, counts)| counts.deleted).sum()
    }

    /// The models of which anything was deleted or changed, by their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, ModelDeletions)> {
        self.0.iter().map(|(schema, counts)| (schema.model, *counts))
    }

    pub(super) fn of_schema(&self, schema: &'static Schema) -> ModelDeletions {
        self.0.iter().find(|(known, _)| std::ptr::eq(*known, schema)).map_or_else(ModelDeletions::default, |(_, counts)| *counts)
    }

    /// Only what is something is noted.
    pub(crate) fn note(&mut self, schema: &'static Schema, more: ModelDeletions) {
        if more == ModelDeletions::default() {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| std::ptr::eq(*known, schema)) {
            Some((_, counts)) => {
                counts.deleted += more.deleted;
                counts.set_null += more.set_null;
                counts.unlinked += more.unlinked;
            }
            None => self.0.push((schema, more)),
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        for (schema, counts) in other.0 {
            self.note(schema, counts);
        }
    }

    /// Whether nothing was deleted or changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Deletions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
