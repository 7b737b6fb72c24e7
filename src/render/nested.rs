//! The rules for writes to related documents: what is refused before anything is sent.

use super::{draft_check::check_related_drafts, plan::not_one, related::is_forgotten, update::render_update};
use crate::{
    Error, Result,
    query::{Changes, Expr, RelatedOperation, RelatedWrite},
    schema::{Absent, Field, Link, RelationKind, RelationSchema, Schema},
};
use chrono::{DateTime, Utc};

/// Checks changes to a document of `schema` and to those that it is related to.
///
/// # Errors
/// What [`render_update`] refuses, a draft that breaks its limits or contradicts itself, a filter that cannot be rendered or is empty, several documents for a
/// relation to one, and a relation taken away from documents that cannot be without it.
pub(crate) fn check_writes(schema: &'static Schema, changes: &Changes, now: DateTime<Utc>) -> Result<()> {
    if !changes.own.is_empty() || changes.related.is_empty() {
        render_update(schema, &changes.own, now)?;
    }
    changes.related.iter().try_for_each(|write| check_write(schema, changes, write, now))
}

/// The relation of a write.
///
/// # Errors
/// A relation that the model does not have, which derived code rules out.
pub(crate) fn relation_of(schema: &'static Schema, write: &RelatedWrite) -> Result<&'static RelationSchema> {
    let name = write.relation;
    schema.relation(name).ok_or_else(|| Error::Schema(vec![format!("`{}` has no relation `{name}`", schema.model)]))
}

/// Whether a relation leads to one document at most.
pub(crate) fn is_to_one(relation: &RelationSchema) -> bool {
    matches!(relation.kind, RelationKind::OneToOne | RelationKind::ManyToOne)
}

/// The field of this model that a relation names.
///
/// # Errors
/// Where there is none, which `connect` says of registered models.
pub(crate) fn field_of(schema: &'static Schema, relation: &RelationSchema, name: &str) -> Result<&'static Field> {
    let unknown = || Error::Schema(vec![format!("`{}` has no field `{name}` for the relation `{}`", schema.model, relation.name)]);
    schema.field(name).ok_or_else(unknown)
}

/// Refuses nested writes to a relation whose key is a part of a composite.
///
/// # Errors
/// Such a relation, seen from either end.
pub(super) fn check_reached(schema: &Schema, relation: &RelationSchema) -> Result<()> {
    let keys = match relation.link {
        Link::Here(key) | Link::There(key) => [Some(key), None],
        Link::Lists { ids, inverse } => [ids, inverse],
    };
    match keys.into_iter().flatten().find(|key| key.contains('.')) {
        None => Ok(()),
        Some(key) => {
            let rule = format!("no nested write: the key `{key}` is part of a composite, which is set as a whole: put the id there");
            Err(Error::rule(schema, relation.name, rule))
        }
    }
}

/// Refuses to take the key away from documents that cannot be without it.
///
/// # Errors
/// A key that is required.
pub(crate) fn check_severable(schema: &'static Schema, key: &Field) -> Result<()> {
    if key.absent == Absent::Null {
        return Ok(());
    }
    Err(Error::rule(schema, key.stored, "a document that it refers to: delete what is to be disconnected, or connect it elsewhere"))
}

fn check_write(schema: &'static Schema, changes: &Changes, write: &RelatedWrite, now: DateTime<Utc>) -> Result<()> {
    let relation = relation_of(schema, write)?;
    check_reached(schema, relation)?;
    let target = (relation.target)();
    let key_there = match relation.link {
        Link::There(key) => Some(field_of(target, relation, key)?),
        Link::Here(_) | Link::Lists { .. } => None,
    };
    if let Link::Here(key) = relation.link {
        let key = field_of(schema, relation, key)?;
        let changes_key = !matches!(write.operation, RelatedOperation::Update(..));
        if changes_key && changes.own.iter().any(|change| change.stored() == key.stored) {
            return Err(Error::rule(schema, key.stored, format!("one change only: `{}` changes it too", relation.name)));
        }
    }
    let check_all = |exprs: &[Expr]| exprs.iter().try_for_each(|expr| is_forgotten(target, expr).map(drop));
    let check_many = |verb: &'static str, expr: &Expr| {
        if is_forgotten(target, expr)? { Err(Error::EmptyFilter { verb, model: target.model }) } else { Ok(()) }
    };
    match &write.operation {
        RelatedOperation::Link(nested) => {
            if is_to_one(relation) && nested.count() != 1 {
                return Err(not_one(schema, relation));
            }
            check_related_drafts(relation, nested.drafts())?;
            check_all(&nested.connect)?;
            nested.or_create.iter().try_for_each(|either| is_forgotten(target, &either.key).map(drop))
        }
        RelatedOperation::Replace(keys) | RelatedOperation::Delete(keys) => check_all(keys),
        RelatedOperation::Disconnect(which) => {
            key_there.map_or(Ok(()), |key| check_severable(target, key))?;
            check_all(which)
        }
        RelatedOperation::DeleteMany(filter) => check_many("delete_many", filter),
        RelatedOperation::Update(which, changes) => {
            is_forgotten(target, which)?;
            check_writes(target, changes, now)
        }
        RelatedOperation::UpdateMany(filter, changes) => {
            check_many("update_many", filter)?;
            render_update(target, changes, now).map(drop)
        }
        RelatedOperation::Upsert(which, draft, changes) => {
            is_forgotten(target, &which.expr)?;
            check_related_drafts(relation, [draft.as_ref()])?;
            // Without changes it only looks whether the document is there.
            if changes.own.is_empty() && changes.related.is_empty() { Ok(()) } else { check_writes(target, changes, now) }
        }
    }
}
