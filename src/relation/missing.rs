//! What was to be connected and is not there, sorted out: a document that several name is created once, for all of them.
//!
//! The draft that stands beside a key first is the one that is created. A key that the drafts of others name deeper down waits until those
//! drafts are settled, so that all who name it meet.

use super::link_key::LinkKey;
use crate::{
    query::{DraftCore, Found, RawPath},
    render::{Connect, Otherwise, Settled},
    schema::Schema,
};
use bson::Bson;
use std::collections::{HashMap, HashSet};

/// What becomes of what is connected.
pub(super) struct SortedOut<'d> {
    /// In the order of the keys.
    pub(super) settled: Vec<Settled>,
    /// The drafts that are created before their parents, each with the places of the keys that name it. They are found once that is done.
    pub(super) before: Vec<(&'d DraftCore, Vec<usize>)>,
}

/// A key of one collection, as the server compares it.
type Name = (&'static str, &'static str, Vec<(String, LinkKey)>);

/// All who name one document that is not there.
struct Missing<'d> {
    name: Name,
    schema: &'static Schema,
    /// Whether a link that is made once it is there would count as a change of its own.
    is_stamped: bool,
    /// Their places in order, each with the draft beside it.
    places: Vec<(usize, Otherwise<'d>)>,
}

impl<'d> Missing<'d> {
    /// The first draft that needs no parent.
    fn free(&self) -> Option<&'d DraftCore> {
        self.places.iter().find_map(|(_, otherwise)| match otherwise {
            Otherwise::Before(draft) => Some(*draft),
            Otherwise::Within(..) | Otherwise::NotFound => None,
        })
    }

    /// The drafts that may be created: the free one, or else the first for each key that a parent fills.
    fn drafts(&self) -> Vec<&'d DraftCore> {
        if let Some(free) = self.free() {
            return vec![free];
        }
        let mut keys = HashSet::new();
        let first = self.places.iter().filter_map(|(_, otherwise)| match otherwise {
            Otherwise::Within(key, draft) => keys.insert(*key).then_some(*draft),
            Otherwise::Before(_) | Otherwise::NotFound => None,
        });
        first.collect()
    }

    fn is_shared(&self) -> bool {
        self.places.len() > 1
    }
}

/// Sorts out what becomes of what is connected, of which this was found.
pub(super) fn sort_out<'d>(open: &[Connect<'d>], found: Vec<Option<Found>>) -> SortedOut<'d> {
    let missing = missing_of(open, &found);
    let mut settled: Vec<Settled> = found.into_iter().map(|found| found.map_or(Settled::Created, Settled::Found)).collect();
    let mut put = |at: usize, what: Settled| {
        if let Some(place) = settled.get_mut(at) {
            *place = what;
        }
    };
    let waits = waiting(&missing);
    // Where all of them name each other, the first one ends that.
    let is_ring = !missing.is_empty() && missing.iter().all(|one| waits.contains(&one.name));
    let mut before: Vec<&Missing<'d>> = Vec::new();
    let mut alone = Vec::new();
    for (at, one) in missing.iter().enumerate() {
        let is_first_of_ring = is_ring && at == 0;
        if waits.contains(&one.name) && !is_first_of_ring {
            one.places.iter().for_each(|(at, _)| put(*at, Settled::Waits));
        } else if one.free().is_none() {
            within(one).into_iter().for_each(|(at, what)| put(at, what));
        } else if one.is_shared() || is_first_of_ring {
            before.push(one);
        } else {
            alone.push(one);
        }
    }
    // One that nobody else names is created along with its parent, or, for one command less, with others of its collection.
    let is_along = |one: &&Missing<'d>| !one.is_stamped && before.iter().any(|other| std::ptr::eq(other.schema, one.schema));
    let along: Vec<&Missing<'d>> = alone.into_iter().filter(is_along).collect();
    before.extend(along);
    let before: Vec<(&'d DraftCore, Vec<usize>)> =
        before.into_iter().filter_map(|one| Some((one.free()?, one.places.iter().map(|(at, _)| *at).collect()))).collect();
    SortedOut { settled, before }
}

/// A document whose key its parent fills is created under the last one, as if each had taken it from the one before.
fn within(missing: &Missing<'_>) -> Vec<(usize, Settled)> {
    if !missing.is_shared() {
        return Vec::new();
    }
    let mut last: HashMap<&str, (usize, &DraftCore)> = HashMap::new();
    let mut all = Vec::with_capacity(missing.places.len());
    for (at, otherwise) in &missing.places {
        let Otherwise::Within(key, draft) = otherwise else { continue };
        all.push((*at, Settled::Elsewhere));
        last.entry(*key).and_modify(|(last, _)| *last = *at).or_insert((*at, *draft));
    }
    all.extend(last.into_values().map(|(at, draft)| (at, Settled::CreatedFrom(draft.clone()))));
    all
}

fn missing_of<'d>(open: &[Connect<'d>], found: &[Option<Found>]) -> Vec<Missing<'d>> {
    let mut missing: Vec<Missing<'d>> = Vec::new();
    let mut known: HashMap<Name, usize> = HashMap::new();
    for (at, (connect, found)) in open.iter().zip(found).enumerate() {
        let (None, Some(values)) = (found, connect.key.named_values()) else { continue };
        let (schema, is_stamped) = (connect.schema, connect.is_stamped);
        let name = name_of(schema, values);
        let place = *known.entry(name.clone()).or_insert(missing.len());
        if place == missing.len() {
            missing.push(Missing { name, schema, is_stamped, places: Vec::new() });
        }
        if let Some(one) = missing.get_mut(place) {
            one.is_stamped |= is_stamped;
            one.places.push((at, connect.otherwise));
        }
    }
    missing
}

/// The keys that the drafts of others name deeper down.
fn waiting(missing: &[Missing<'_>]) -> HashSet<Name> {
    let mut waiting = HashSet::new();
    for one in missing {
        let mut below = HashSet::new();
        named_below(one.drafts(), &mut below);
        below.remove(&one.name);
        waiting.extend(below);
    }
    waiting
}

/// The keys by which documents are looked for where these drafts are created, however deep.
fn named_below(mut open: Vec<&DraftCore>, found: &mut HashSet<Name>) {
    while let Some(draft) = open.pop() {
        for (index, nested) in draft.nested() {
            open.extend(nested.drafts());
            let Some(relation) = draft.schema().relations.get(*index) else { continue };
            let target = (relation.target)();
            for either in &nested.or_create {
                found.insert(name_of(target, either.named.values.iter().map(|(path, value)| (path, value))));
            }
        }
    }
}

fn name_of<'k>(schema: &Schema, values: impl IntoIterator<Item = (&'k RawPath, &'k Bson)>) -> Name {
    let values = values.into_iter().map(|(path, value)| (path.stored().to_owned(), LinkKey::of_value(value)));
    (schema.collection, schema.model, values.collect())
}
