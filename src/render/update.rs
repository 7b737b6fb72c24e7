//! Changes as an update document, with the guards under which the server may apply it.
//!
//! No update stores what the model cannot read: what depends on the stored value is asked of the server in the same command, as a condition
//! on the document.

use super::{
    generate::moment,
    place::{Held, Place, place},
};
use crate::{
    Error, Result,
    query::Change,
    schema::{Broken, Kind, Layout, Role, Schema, check_items, check_kind, check_value},
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

impl Guard {
    fn new(path: &str, filter: Document, rule: String) -> Self {
        Self { filter, broken: Broken { path: path.to_owned(), rule } }
    }
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
    if path == "_id" || path.starts_with("_id.") {
        return Err(Error::rule(schema, path, "no change: the `_id` of a document never changes"));
    }
    let place = place(Layout::from(schema), change.raw());
    if place.is_variant {
        return Err(Error::rule(
            schema,
            path,
            "a change of the whole union, or of one of the variant's fields: those stand beside its tag",
        ));
    }
    if let Some((composite, rule)) = place.rules.first() {
        return Err(Error::rule(schema, path, format!("a change of the whole `{composite}`, so that `{}` can check it", rule.name)));
    }
    // Below an optional composite that is `None`, a set would store a composite without its other fields; in another variant, one field of
    // this one.
    for level in &place.levels {
        let rule = match level.held {
            Held::Object => format!("`{}` to be some", level.path),
            Held::Variant { name, .. } if level.path.is_empty() => format!("a `{name}`"),
            Held::Variant { name, .. } => format!("`{}` to be a `{name}`", level.path),
        };
        rendered.guards.push(Guard::new(path, level.there(""), rule));
    }
    for map in &place.maps {
        let rule = format!("`{map}` to be a map, or missing: null holds no entries");
        rendered.guards.push(Guard::new(path, doc! { map: { "$not": { "$type": "null" } } }, rule));
    }
    // The server does not know the user's function, and we do not know the value that comes of it.
    let ruled = place.field.and_then(|field| field.limits.rule).filter(|_| matches!(change, Change::Inc(..) | Change::Push(..)));
    if let Some(rule) = ruled {
        return Err(Error::rule(schema, path, format!("`set` with the whole value, so that `{}` can check it", rule.name)));
    }
    let update = &mut rendered.update;
    match change {
        Change::Fault(_, error) => return Err(Error::rule(schema, path, error.rule())),
        Change::Set(_, Bson::Null) if !place.field.is_some_and(|field| field.null) => unset(schema, path, &place, update)?,
        Change::Set(_, value) => {
            broken.extend(match &place.field {
                Some(field) => check_value(field, value, path),
                None => check_kind(place.kind, value, path),
            });
            put(update, "$set", path, value.clone());
        }
        Change::Unset(_) => unset(schema, path, &place, update)?,
        Change::Inc(_, amount) => {
            guard_inc(schema, path, &place, amount, &mut rendered.guards)?;
            put(update, "$inc", path, amount.clone());
        }
        Change::Push(_, items) => {
            if matches!(place.kind, Kind::Binary) {
                return Err(Error::rule(schema, path, "a list to push to; bytes are one value"));
            }
            if let Some(field) = &place.field {
                broken.extend(check_items(field, items.clone(), path));
            }
            rendered.guards.extend(guard_push(path, &place, items));
            put(update, "$push", path, doc! { "$each": items.clone() });
        }
    }
    Ok(())
}

/// Below an optional composite the path's type is an `Option`, but the field's own may not be; and a patch says what its sender likes.
fn unset(schema: &Schema, path: &str, place: &Place, update: &mut Document) -> Result<()> {
    if place.field.is_some_and(|field| field.absent_value().is_none()) {
        return Err(Error::rule(schema, path, "a value: the document cannot be read without it"));
    }
    put(update, "$unset", path, "");
    Ok(())
}

/// A result outside the Rust type's range, or beyond a limit, would be stored and then be lost to the model.
fn guard_inc(schema: &Schema, path: &str, place: &Place, amount: &Bson, guards: &mut Vec<Guard>) -> Result<()> {
    let range = Range::of(place);
    let Some(room) = range.room_for(amount) else {
        return Err(Error::rule(schema, path, "a finite amount"));
    };
    // The server counts a missing number from 0, the model from its default; what cannot be counted from 0 needs a stored number.
    let default = place.absent.as_ref().filter(|absent| **absent != Bson::Null);
    let from_zero = default.is_none_or(is_zero) && range.holds(amount);
    let stored = doc! { path: { "$type": "number" } };
    match (default.is_some(), from_zero) {
        (false, _) => {}
        (true, true) => {
            let rule = "a stored number, or none: null cannot be counted from".to_owned();
            guards.push(Guard::new(path, doc! { "$or": [stored, { path: { "$exists": false } }] }, rule));
        }
        (true, false) => {
            guards.push(Guard::new(path, stored, "a stored number: its default is another than the server counts from".to_owned()))
        }
    }
    // `$not` lets a missing number pass, of which the guard above has spoken.
    match room {
        Room::Below(most, rule) => guards.push(Guard::new(path, doc! { path: { "$not": { "$gt": most } } }, rule)),
        Room::Above(least, rule) => guards.push(Guard::new(path, doc! { path: { "$not": { "$lt": least } } }, rule)),
        Room::Any => {}
    }
    Ok(())
}

/// The numbers that a field may hold: its type's and its limits'.
enum Range {
    Whole { min: i64, max: i64 },
    Double { min: f64, max: f64, limited: bool },
    Any,
}

/// What the stored number must be, so that the sum stays in range; and the rule that the sum would break.
enum Room {
    Below(Bson, String),
    Above(Bson, String),
    Any,
}

impl Range {
    fn of(place: &Place) -> Self {
        let (min_limit, max_limit) = place.field.map_or((None, None), |field| (field.limits.min, field.limits.max));
        match place.kind {
            // A limit of 1e300 is no i64: `as` ends at the type's own bounds, which is what is meant.
            #[allow(clippy::cast_possible_truncation)]
            Kind::Int32 { min, max } | Kind::Int64 { min, max } => Self::Whole {
                min: min_limit.map_or(min, |least| min.max(least.ceil() as i64)),
                max: max_limit.map_or(max, |most| max.min(most.floor() as i64)),
            },
            Kind::Double { min, max } => Self::Double {
                min: min_limit.map_or(min, |least| min.max(least)),
                max: max_limit.map_or(max, |most| max.min(most)),
                // An f64 that overflows becomes infinite, on the server as in Rust; an f32 or a limit is left.
                limited: min_limit.is_some() || max_limit.is_some() || max < f64::MAX,
            },
            _ => Self::Any,
        }
    }

    fn holds(&self, amount: &Bson) -> bool {
        match self {
            Self::Whole { min, max } => whole(amount).is_some_and(|amount| (*min..=*max).contains(&amount)),
            Self::Double { min, max, limited } => !limited || amount.as_f64().is_some_and(|amount| (*min..=*max).contains(&amount)),
            Self::Any => true,
        }
    }

    /// Nothing where the amount itself cannot be added to a number that has limits.
    fn room_for(&self, amount: &Bson) -> Option<Room> {
        Some(match (self, whole(amount), amount) {
            (Self::Whole { max, .. }, Some(amount), _) if amount > 0 => {
                Room::Below(Bson::Int64(max.saturating_sub(amount)), format!("a value of at most {max}"))
            }
            (Self::Whole { min, .. }, Some(amount), _) if amount < 0 => {
                Room::Above(Bson::Int64(min.saturating_sub(amount)), format!("a value of at least {min}"))
            }
            (Self::Double { limited: true, .. }, _, Bson::Double(amount)) if !amount.is_finite() => return None,
            (Self::Double { max, limited: true, .. }, _, Bson::Double(amount)) if *amount > 0.0 => {
                Room::Below(Bson::Double(max - amount), format!("a value of at most {max}"))
            }
            (Self::Double { min, limited: true, .. }, _, Bson::Double(amount)) if *amount < 0.0 => {
                Room::Above(Bson::Double(min - amount), format!("a value of at least {min}"))
            }
            _ => Room::Any,
        })
    }
}

fn guard_push(path: &str, place: &Place, items: &[Bson]) -> Vec<Guard> {
    // A missing list is pushed to as an empty one; to a null the server pushes nothing.
    let mut guards =
        vec![Guard::new(path, doc! { path: { "$not": { "$type": "null" } } }, "a list, or none: null cannot be pushed to".to_owned())];
    if matches!(&place.absent, Some(Bson::Array(default)) if !default.is_empty()) {
        let rule = "a stored list: its default is not what the server starts from".to_owned();
        guards.push(Guard::new(path, doc! { path: { "$type": "array" } }, rule));
    }
    if let Some(most) = place.field.and_then(|field| field.limits.max_length) {
        let filter = match most.checked_sub(items.len() as u64) {
            // Before the push the list may have that many items: the one with that index must not be there.
            Some(before) => doc! { format!("{path}.{before}"): { "$exists": false } },
            // Not even an empty list has the room.
            None => doc! { "_id": { "$in": [] } },
        };
        guards.push(Guard::new(path, filter, format!("at most {most} items")));
    }
    guards
}

/// Moves `updated_at` and `version`, unless the changes do.
pub(super) fn stamp(schema: &Schema, changes: &[Change], now: DateTime<Utc>, update: &mut Document) -> Result<()> {
    let changed = |stored: &str| changes.iter().any(|change| change.path() == stored);
    if let Some(field) = schema.with_role(Role::UpdatedAt).filter(|field| !changed(field.stored)) {
        put(update, "$set", field.stored, moment(schema, field, now)?);
    }
    if let Some(field) = schema.with_role(Role::Version).filter(|field| !changed(field.stored)) {
        put(update, "$inc", field.stored, 1_i64);
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
