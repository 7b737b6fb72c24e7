//! A draft and the unique key by which its document is looked for before it is created: both must be of one document.

use super::nested::relation_of;
use crate::{
    Error, Result,
    codec::{DecodeError, LinkKey, Raw, raw_to_bson},
    query::{Changes, DraftCore, DraftKey, NamedKey, Nested, RawPath, RelatedOperation},
    schema::{Link, RelationSchema, Schema},
};
use bson::Bson;

/// Gives a draft the values of its key that it leaves out, but for those that relations of its own fill: these are compared once that is done.
/// `what` is what it is the draft of.
///
/// # Errors
/// A key with more conditions, or with a value by which nothing would be found again.
pub(crate) fn fill_key(draft: &mut DraftCore, key: &NamedKey, what: &'static str) -> Result<()> {
    fill(draft, key, None, what)
}

/// Refuses a document that is not the one that the key names.
///
/// # Errors
/// The first path with another value.
pub(crate) fn check_key(schema: &Schema, document: &[u8], key: &NamedKey, what: &str) -> Result<()> {
    for (path, value) in &key.values {
        let stored = at_path(document, path.stored()).map_err(|error| Error::decode(schema, document, error))?;
        // A key that a relation fills holds the number that it names, in whatever type that is stored.
        if stored.is_none_or(|stored| LinkKey::of_value(&stored) != LinkKey::of_value(value)) {
            return Err(other_value(schema, path, what));
        }
    }
    Ok(())
}

/// Makes the drafts in these that are created where a key finds nothing agree with their keys, before anything is sent.
///
/// # Errors
/// Those of [`fill_key`], and a draft with another value.
pub(crate) fn agree_drafts<'d>(drafts: impl IntoIterator<Item = &'d mut DraftCore>) -> Result<()> {
    for draft in drafts {
        let schema = draft.schema();
        for (index, nested) in draft.nested_mut() {
            if let Some(relation) = schema.relations.get(*index) {
                agree_nested(relation, nested)?;
            }
        }
    }
    Ok(())
}

/// The same of those in changes.
///
/// # Errors
/// As [`agree_drafts`].
pub(crate) fn agree_changes(schema: &'static Schema, changes: &mut Changes) -> Result<()> {
    for write in &mut changes.related {
        let relation = relation_of(schema, write)?;
        let target = (relation.target)();
        match &mut write.operation {
            RelatedOperation::Link(nested) => agree_nested(relation, nested)?,
            RelatedOperation::Update(_, inner) => agree_changes(target, inner)?,
            RelatedOperation::Upsert(which, draft, inner) => {
                agree(draft, &which.named, given(relation), "a nested upsert")?;
                agree_drafts([draft.as_mut()])?;
                agree_changes(target, inner)?;
            }
            RelatedOperation::Replace(_)
            | RelatedOperation::Disconnect(_)
            | RelatedOperation::Delete(_)
            | RelatedOperation::DeleteMany(_)
            | RelatedOperation::UpdateMany(..) => {}
        }
    }
    Ok(())
}

fn agree_nested(relation: &RelationSchema, nested: &mut Nested) -> Result<()> {
    for either in &mut nested.or_create {
        agree(&mut either.draft, &either.named, given(relation), "a `connect_or_create`")?;
    }
    agree_drafts(nested.create.iter_mut().chain(nested.or_create.iter_mut().map(|either| &mut either.draft)))
}

/// The stored field that the parent fills, whatever the key says of it.
fn given(relation: &RelationSchema) -> Option<&'static str> {
    match relation.link {
        Link::There(key) => (relation.target)().field(key).map(|field| field.stored),
        Link::Here(_) | Link::Lists { .. } => None,
    }
}

fn agree(draft: &mut DraftCore, key: &NamedKey, given: Option<&str>, what: &'static str) -> Result<()> {
    fill(draft, key, given, what)?;
    let schema = draft.schema();
    // What cannot be stored is told where all drafts are checked.
    let Ok(set) = draft.set_fields() else { return Ok(()) };
    for (path, value) in key.values.iter().filter(|(path, _)| Some(path.stored()) != given) {
        let stored = at_path(&set, path.stored()).map_err(|error| Error::decode(schema, &set, error))?;
        // A composite that the draft leaves out is filled later.
        let root = path.stored().split('.').next().unwrap_or_default();
        let is_set = schema.fields.iter().position(|field| field.stored == root).is_some_and(|index| draft.is_set(index));
        if is_set && stored.as_ref() != Some(value) {
            return Err(other_value(schema, path, what));
        }
    }
    Ok(())
}

fn fill(draft: &mut DraftCore, key: &NamedKey, given: Option<&str>, what: &'static str) -> Result<()> {
    let schema = draft.schema();
    let mut left = Vec::new();
    for (path, value) in &key.values {
        let refuse = |rule: String| Err(Error::rule(schema, path.stored(), rule));
        if key.narrowed {
            return refuse(format!("no condition beside the unique key of {what}"));
        }
        // NaN equals nothing: such a document would never be found again.
        if matches!(value, Bson::Double(number) if number.is_nan()) {
            return refuse("a key that equals itself, which NaN does not".to_owned());
        }
        if Some(path.stored()) == given {
            continue;
        }
        if let Some(index) = schema.fields.iter().position(|field| field.stored == path.stored())
            && draft.element(index).is_none()
        {
            if is_related(draft, path) {
                left.push((path.clone(), value.clone()));
            } else {
                draft.put(index, value);
            }
        }
    }
    if !left.is_empty() {
        draft.must_hold(DraftKey { named: NamedKey { values: left, narrowed: false }, what });
    }
    Ok(())
}

/// Whether a write to a relation of the draft's own fills the field at `path`.
fn is_related(draft: &DraftCore, path: &RawPath) -> bool {
    let schema = draft.schema();
    draft.nested().filter_map(|(index, _)| schema.relations.get(*index)).any(|relation| match relation.link {
        Link::Here(key) => schema.field(key).is_some_and(|field| field.stored == path.stored()),
        Link::There(_) | Link::Lists { .. } => false,
    })
}

fn other_value(schema: &Schema, path: &RawPath, what: &str) -> Error {
    Error::rule(schema, path.stored(), format!("the key's own value in the draft of {what}"))
}

/// The value at a stored path.
fn at_path(document: &[u8], path: &str) -> Result<Option<Bson>, DecodeError> {
    Raw::document(document)?.at(path)?.map(raw_to_bson).transpose()
}
