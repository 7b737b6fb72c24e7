//! What every write moves: `updated_at` and `version`.

use crate::{
    Result,
    query::Change,
    render::generate::moment,
    schema::{Field, Role, Schema},
};
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

/// What the fields with these roles become, unless the changes say it.
pub(super) struct Stamps {
    pub(super) updated_at: Option<(&'static Field, Bson)>,
    pub(super) version: Option<&'static Field>,
}

impl Stamps {
    pub(super) fn of(schema: &Schema, changes: &[Change], now: DateTime<Utc>) -> Result<Self> {
        let unchanged = |role| schema.with_role(role).filter(|field| !changes.iter().any(|change| change.stored() == field.stored));
        let updated_at = match unchanged(Role::UpdatedAt) {
            Some(field) => Some((field, moment(schema, field, now)?)),
            None => None,
        };
        Ok(Self { updated_at, version: unchanged(Role::Version) })
    }

    pub(super) fn put(self, update: &mut Document) {
        if let Some((field, now)) = self.updated_at {
            put(update, "$set", field.stored, now);
        }
        if let Some(field) = self.version {
            put(update, "$inc", field.stored, 1_i64);
        }
    }
}

/// Moves `updated_at` and `version` along with an update that maintains relations.
pub(in crate::render) fn stamp(schema: &Schema, now: DateTime<Utc>, update: &mut Document) -> Result<()> {
    Stamps::of(schema, &[], now).map(|stamps| stamps.put(update))
}

/// The update of an upsert that finds nothing: it puts the draft there, and touches nothing where a document appeared meanwhile.
pub(crate) fn on_insert(draft: Document) -> Document {
    doc! { "$setOnInsert": draft }
}

/// Notes a change of `path` under its operator.
pub(super) fn put(update: &mut Document, operator: &str, path: &str, value: impl Into<Bson>) {
    match update.get_mut(operator) {
        Some(Bson::Document(changes)) => {
            changes.insert(path, value.into());
        }
        _ => {
            update.insert(operator, doc! { path: value.into() });
        }
    }
}
