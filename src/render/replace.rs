//! A whole document in the place of another, as an update pipeline: a plain replacement could keep nothing of what it replaces.

use super::{generate::moment, size::check_size};
use crate::{
    Result,
    schema::{FIRST_VERSION, Role, Schema},
};
use bson::{Document, doc};
use chrono::{DateTime, Utc};

/// Puts `document` in the place of the stored one. Of that stay its `_id`, its version, which is raised, and the ids that relations keep true
/// to those on the other side.
///
/// # Errors
/// A moment that `updated_at` cannot store, or a document that no command can carry.
pub(crate) fn render_replace(schema: &'static Schema, mut document: Document, now: DateTime<Utc>) -> Result<Vec<Document>> {
    if let Some(field) = schema.with_role(Role::UpdatedAt) {
        document.insert(field.stored, moment(schema, field, now)?);
    }
    let mut kept = doc! { "_id": "$_id" };
    if let Some(field) = schema.with_role(Role::Version) {
        kept.insert(field.stored, doc! { "$add": [{ "$ifNull": [format!("${}", field.stored), FIRST_VERSION] }, 1_i64] });
    }
    for field in schema.fields.iter().filter(|field| schema.kept_by(field).is_some()) {
        kept.insert(field.stored, doc! { "$ifNull": [format!("${}", field.stored), []] });
    }
    // As a literal, so that no text in it is read as a path.
    let stage = doc! { "$replaceWith": { "$mergeObjects": [{ "$literal": document }, kept] } };
    check_size(schema, "a replacement", [&stage])?;
    Ok(vec![stage])
}
