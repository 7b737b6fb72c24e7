//! Changes as an update document, with the guards under which the server may apply it.
//!
//! No update stores what the model cannot read: what depends on the stored value is asked of the server in the same command, as a condition
//! on the document.

use super::place::{Place, place};
use crate::{
    Error, Result,
    codec::to_bson,
    query::Change,
    schema::{Broken, Kind, Role, Schema, check_value},
};
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

/// An update and its guards.
#[derive(Debug)]
pub(crate) struct RenderedUpdate {
    pub(crate) update: Document,
    pub(crate) guards: Vec<Guard>,
}

/// A condition on the stored document without which the update would store what the model cannot read.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// The condition as a match.
    pub(crate) filter: Document,
    /// The rule that a document breaks where it does not match.
    pub(crate) broken: Broken,
}

/// `filter`, and all of `guards`.
pub(crate) fn guarded(filter: Document, guards: &[Guard]) -> Document {
    if guards.is_empty() {
        return filter;
    }
    let mut all = vec![filter];
    all.extend(guards.iter().map(|guard| guard.filter.clone()));
    doc! { "$and": all }
}

/// The documents that match `filter` and fail one of `guards`; nothing where there are no guards to fail.
pub(crate) fn refused(filter: &Document, guards: &[Guard]) -> Option<Document> {
    if guards.is_empty() {
        return None;
    }
    let all: Vec<Document> = guards.iter().map(|guard| guard.filter.clone()).collect();
    Some(doc! { "$and": [filter.clone(), { "$nor": [{ "$and": all }] }] })
}

/// The changes as one update of documents of this model; it also moves `updated_at` and `version`.
///
/// # Errors
/// A value that the codec or a declared limit refuses, two changes to one path or to a path and one below it, or no change at all.
pub(crate) fn render_update(schema: &Schema, changes: &[Change], now: DateTime<Utc>) -> Result<RenderedUpdate> {
    if changes.is_empty() {
        return Err(Error::rule(schema, String::new(), "at least one change"));
    }
    refuse_overlaps(schema, changes)?;
    let mut rendered = RenderedUpdate { update: Document::new(), guards: Vec::new() };
    let mut broken = Vec::new();
    for change in changes {
        render_change(schema, change, &mut rendered, &mut broken)?;
    }
    if !broken.is_empty() {
        return Err(Error::invalid(schema, broken));
    }
    stamp(schema, changes, now, &mut rendered.update)?;
    Ok(rendered)
}

fn render_change(schema: &Schema, change: &Change, rendered: &mut RenderedUpdate, broken: &mut Vec<Broken>) -> Result<()> {
    let path = change.path();
    let place = place(schema.fields, path);
    // Below an optional composite that is `None`, a set would store a composite without its other fields.
    for optional in &place.optional {
        rendered.guards.push(Guard {
            filter: doc! { optional: { "$type": "object" } },
            broken: Broken { path: path.to_owned(), rule: format!("`{optional}` to be some") },
        });
    }
    let update = &mut rendered.update;
    match change {
        Change::Fault(path, error) => return Err(Error::rule(schema, path.clone(), error.rule())),
        Change::Set(_, Bson::Null) if !place.field.is_some_and(|field| field.null) => put(update, "$unset", path, ""),
        Change::Set(_, value) => {
            if let Some(field) = &place.field {
                broken.extend(check_value(field, value, path));
            }
            put(update, "$set", path, value.clone());
        }
        Change::Unset(_) => put(update, "$unset", path, ""),
        Change::Inc(_, amount) => {
            rendered.guards.extend(guard_inc(path, &place, amount));
            put(update, "$inc", path, amount.clone());
        }
        Change::Push(_, items) => {
            rendered.guards.extend(guard_push(path, &place, items));
            put(update, "$push", path, doc! { "$each": items.clone() });
        }
    }
    Ok(())
}

/// A result outside the Rust type's range would be stored and then be lost to the model.
fn guard_inc(path: &str, place: &Place, amount: &Bson) -> Vec<Guard> {
    let mut guards = Vec::new();
    let mut guard = |filter: Document, rule: String| guards.push(Guard { filter, broken: Broken { path: path.to_owned(), rule } });
    let limits = place.field.map(|field| field.limits);
    if let (Kind::Int32 { min, max } | Kind::Int64 { min, max }, Some(amount)) = (&place.kind, whole(amount)) {
        #[allow(clippy::cast_possible_truncation)]
        let bound = |declared: Option<f64>, range: i64| declared.map_or(range, |declared| declared as i64);
        let max = bound(limits.and_then(|limits| limits.max).map(f64::floor), *max).min(*max);
        let min = bound(limits.and_then(|limits| limits.min).map(f64::ceil), *min).max(*min);
        // `$not` lets a missing number pass, which then counts from nothing.
        if amount > 0 {
            guard(doc! { path: { "$not": { "$gt": max.saturating_sub(amount) } } }, format!("a value of at most {max}"));
        }
        if amount < 0 {
            guard(doc! { path: { "$not": { "$lt": min.saturating_sub(amount) } } }, format!("a value of at least {min}"));
        }
    } else if let (Some(limits), Bson::Double(amount)) = (limits, amount) {
        if let Some(max) = limits.max {
            guard(doc! { path: { "$not": { "$gt": max - amount } } }, format!("a value of at most {max}"));
        }
        if let Some(min) = limits.min {
            guard(doc! { path: { "$not": { "$lt": min - amount } } }, format!("a value of at least {min}"));
        }
    }
    // The server counts a missing number from 0, the model from its default.
    if place.absent.as_ref().is_some_and(|absent| !is_zero(absent)) {
        guard(doc! { path: { "$type": "number" } }, "a stored number: its default is not 0".to_owned());
    }
    guards
}

/// Before the push the list may have at most `most - pushed` items: the one with that index must not be there.
fn guard_push(path: &str, place: &Place, items: &[Bson]) -> Option<Guard> {
    let most = place.field.and_then(|field| field.limits.max_length)?;
    let filter = match most.checked_sub(items.len() as u64) {
        Some(before) => doc! { format!("{path}.{before}"): { "$exists": false } },
        // Not even an empty list has the room.
        None => doc! { "_id": { "$in": [] } },
    };
    Some(Guard { filter, broken: Broken { path: path.to_owned(), rule: format!("at most {most} items") } })
}

/// Moves `updated_at` and `version`, unless the changes do.
fn stamp(schema: &Schema, changes: &[Change], now: DateTime<Utc>, update: &mut Document) -> Result<()> {
    let changed = |stored: &str| changes.iter().any(|change| change.path() == stored);
    if let Some(field) = schema.with_role(Role::UpdatedAt).filter(|field| !changed(field.stored)) {
        let now = to_bson(&now).map_err(|error| Error::rule(schema, field.stored.to_owned(), error.rule()))?;
        put(update, "$set", field.stored, now);
    }
    if let Some(field) = schema.with_role(Role::Version).filter(|field| !changed(field.stored)) {
        let one = if matches!(field.kind, Kind::Int32 { .. }) { Bson::Int32(1) } else { Bson::Int64(1) };
        put(update, "$inc", field.stored, one);
    }
    Ok(())
}

/// The server would refuse such an update with a message of its own; this names the paths before anything is sent.
fn refuse_overlaps(schema: &Schema, changes: &[Change]) -> Result<()> {
    for (at, change) in changes.iter().enumerate() {
        let (path, earlier) = (change.path(), &changes[..at]);
        let below = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
        if let Some(other) = earlier.iter().map(Change::path).find(|other| *other == path || below(other, path) || below(path, other)) {
            let rule = if other == path { "one change only".to_owned() } else { format!("no change along with one of `{other}`") };
            return Err(Error::rule(schema, path.to_owned(), rule));
        }
    }
    Ok(())
}

/// The update of an upsert that finds nothing: it puts the draft there, and touches nothing where a document appeared meanwhile.
pub(crate) fn on_insert(draft: Document) -> Document {
    doc! { "$setOnInsert": draft }
}

fn put(update: &mut Document, operator: &str, path: &str, value: impl Into<Bson>) {
    match update.get_mut(operator) {
        Some(Bson::Document(changes)) => {
            changes.insert(path, value.into());
        }
        _ => {
            update.insert(operator, doc! { path: value.into() });
        }
    }
}

fn whole(amount: &Bson) -> Option<i64> {
    match amount {
        Bson::Int32(amount) => Some((*amount).into()),
        Bson::Int64(amount) => Some(*amount),
        _ => None,
    }
}

fn is_zero(value: &Bson) -> bool {
    matches!(value, Bson::Int32(0) | Bson::Int64(0)) || matches!(value, Bson::Double(number) if *number == 0.0)
}
