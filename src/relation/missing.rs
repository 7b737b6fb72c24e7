//! What was to be connected and is not there, sorted out: a document that several name is created once, for all of them.
//!
//! The draft that stands beside a key first is the one that is created. A key that the drafts of others name deeper down waits until those
//! drafts are settled, so that all who name it meet. So does a key whose texts a collection may take for those of another one: which it does
//! is seen once that one is there.

use super::link_key::LinkKey;
use crate::{
    Error, Result,
    codec::alike_key,
    query::{DraftCore, Found, RawPath},
    render::{Connect, Otherwise, Settled},
    schema::{Absent, Schema},
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

/// A key of one collection, as the server compares it, or as its most lenient collation does.
type Name = (&'static str, &'static str, Vec<(String, LinkKey)>);

/// All who name one document that is not there.
struct Missing<'d> {
    name: Name,
    /// The name that it has in common with all whose documents may be the same.
    alike: Name,
    schema: &'static Schema,
    /// Whether a link that is made once it is there would count as a change of its own.
    is_stamped: bool,
    /// Their places in order, each with the draft beside it.
    places: Vec<(usize, Otherwise<'d>)>,
}

impl<'d> Missing<'d> {
    /// The draft that is created before its parents, where there is one: the first that needs none of them, or, where parents fill several
    /// keys, the first that can be without its own.
    fn before(&self) -> Option<&'d DraftCore> {
        let free = self.places.iter().find_map(|(_, otherwise)| match otherwise {
            Otherwise::Before(draft) => Some(*draft),
            Otherwise::Within(..) | Otherwise::NotFound => None,
        });
        free.or_else(|| if self.has_several_keys() { self.keyless() } else { None })
    }

    fn keyless(&self) -> Option<&'d DraftCore> {
        let (_, _, named) = &self.name;
        self.within().find_map(|(key, draft)| {
            let field = self.schema.field(key)?;
            let is_looked_up = named.iter().any(|(path, _)| path == field.stored);
            (field.absent == Absent::Null && !is_looked_up).then_some(draft)
        })
    }

    /// The drafts whose parents fill a key, each with that.
    fn within(&self) -> impl Iterator<Item = (&'static str, &'d DraftCore)> {
        self.places.iter().filter_map(|(_, otherwise)| match otherwise {
            Otherwise::Within(key, draft) => Some((*key, *draft)),
            Otherwise::Before(_) | Otherwise::NotFound => None,
        })
    }

    /// Whether the parents fill different keys of it.
    fn has_several_keys(&self) -> bool {
        let mut keys = self.within().map(|(key, _)| key);
        keys.next().is_some_and(|first| keys.any(|key| key != first))
    }

    /// The draft that is created.
    fn draft(&self) -> Option<&'d DraftCore> {
        self.before().or_else(|| self.within().next().map(|(_, draft)| draft))
    }

    fn is_shared(&self) -> bool {
        self.places.len() > 1
    }

    /// Refuses a document of which parents fill several keys, where none can be filled later.
    fn check(&self) -> Result<()> {
        let Some((key, _)) = self.within().next().filter(|_| self.has_several_keys()) else { return Ok(()) };
        let path = self.schema.field(key).map_or(key, |field| field.stored);
        let rule = "one `connect_or_create` alone: several fill different keys of the document that they would create";
        Err(Error::rule(self.schema, path, rule))
    }
}

/// Sorts out what becomes of what is connected, of which this was found.
///
/// # Errors
/// A document to be created of which parents fill several keys, none of which it can be without.
pub(super) fn sort_out<'d>(open: &[Connect<'d>], found: Vec<Option<Found>>) -> Result<SortedOut<'d>> {
    let missing = missing_of(open, &found);
    let mut settled: Vec<Settled> = found.into_iter().map(|found| found.map_or(Settled::Created, Settled::Found)).collect();
    let mut put = |at: usize, what: Settled| {
        if let Some(place) = settled.get_mut(at) {
            *place = what;
        }
    };
    let waits = waiting(&missing);
    // Where all of them name each other, the first one ends that.
    let is_ring = !missing.is_empty() && missing.iter().all(|one| waits.contains(&one.alike));
    let firsts = firsts_of_alike(&missing, &waits);
    let mut before: Vec<&Missing<'d>> = Vec::new();
    let mut alone = Vec::new();
    for (at, one) in missing.iter().enumerate() {
        let is_first_of_ring = is_ring && at == 0;
        let first = firsts.get(&one.alike);
        if (waits.contains(&one.alike) && !is_first_of_ring) || first.is_some_and(|first| *first != at) {
            one.places.iter().for_each(|(at, _)| put(*at, Settled::Waits));
        } else if one.before().is_none() {
            one.check()?;
            within(one).into_iter().for_each(|(at, what)| put(at, what));
        } else if one.is_shared() || is_first_of_ring || first.is_some() {
            before.push(one);
        } else {
            alone.push(one);
        }
    }
    // One that nobody else names is created along with its parent, or, for one command less, with others of its collection.
    let schemas: HashSet<*const Schema> = before.iter().map(|one| std::ptr::from_ref(one.schema)).collect();
    before.extend(alone.into_iter().filter(|one| !one.is_stamped && schemas.contains(&std::ptr::from_ref(one.schema))));
    let before: Vec<(&'d DraftCore, Vec<usize>)> =
        before.into_iter().filter_map(|one| Some((one.before()?, one.places.iter().map(|(at, _)| *at).collect()))).collect();
    Ok(SortedOut { settled, before })
}

/// Of each name that several have in common the place of the one that is created before the others are looked up again. None where there is
/// no such draft.
fn firsts_of_alike<'m>(missing: &'m [Missing<'_>], waits: &HashSet<Name>) -> HashMap<&'m Name, usize> {
    let mut counts: HashMap<&Name, usize> = HashMap::new();
    for one in missing {
        *counts.entry(&one.alike).or_default() += 1;
    }
    let mut firsts = HashMap::new();
    for (at, one) in missing.iter().enumerate() {
        let is_one_of_several = counts.get(&one.alike).is_some_and(|count| *count > 1);
        if is_one_of_several && !waits.contains(&one.alike) && one.before().is_some() {
            firsts.entry(&one.alike).or_insert(at);
        }
    }
    firsts
}

/// A document whose key its parent fills is created under the last one, as if each had taken it from the one before.
fn within(missing: &Missing<'_>) -> Vec<(usize, Settled)> {
    let (true, Some(draft), Some((last, _))) = (missing.is_shared(), missing.draft(), missing.places.last()) else { return Vec::new() };
    let mut all: Vec<(usize, Settled)> = missing.places.iter().map(|(at, _)| (*at, Settled::Elsewhere)).collect();
    all.push((*last, Settled::CreatedFrom(draft.clone())));
    all
}

fn missing_of<'d>(open: &[Connect<'d>], found: &[Option<Found>]) -> Vec<Missing<'d>> {
    let mut missing: Vec<Missing<'d>> = Vec::new();
    let mut known: HashMap<Name, usize> = HashMap::new();
    for (at, (connect, found)) in open.iter().zip(found).enumerate() {
        let (None, Some(values)) = (found, connect.key.named_values()) else { continue };
        let (schema, is_stamped) = (connect.schema, connect.is_stamped);
        let (name, alike) = (name_of(schema, values.clone(), LinkKey::of_value), name_of(schema, values, alike_key));
        let place = *known.entry(name.clone()).or_insert(missing.len());
        if place == missing.len() {
            missing.push(Missing { name, alike, schema, is_stamped, places: Vec::new() });
        }
        if let Some(one) = missing.get_mut(place) {
            one.is_stamped |= is_stamped;
            one.places.push((at, connect.otherwise));
        }
    }
    missing
}

/// What the keys that the drafts of others name deeper down are alike to.
fn waiting(missing: &[Missing<'_>]) -> HashSet<Name> {
    let mut waiting = HashSet::new();
    for one in missing {
        let mut below = HashSet::new();
        named_below(one.draft().into_iter().collect(), &mut below);
        below.remove(&one.alike);
        waiting.extend(below);
    }
    waiting
}

/// What the keys are alike to by which documents are looked for where these drafts are created, however deep.
fn named_below(mut open: Vec<&DraftCore>, found: &mut HashSet<Name>) {
    while let Some(draft) = open.pop() {
        for (index, nested) in draft.nested() {
            open.extend(nested.drafts());
            let Some(relation) = draft.schema().relations.get(*index) else { continue };
            let target = (relation.target)();
            for either in &nested.or_create {
                found.insert(name_of(target, either.named.values.iter().map(|(path, value)| (path, value)), alike_key));
            }
        }
    }
}

fn name_of<'k>(schema: &Schema, values: impl IntoIterator<Item = (&'k RawPath, &'k Bson)>, key: fn(&Bson) -> LinkKey) -> Name {
    let values = values.into_iter().map(|(path, value)| (path.stored().to_owned(), key(value)));
    (schema.collection, schema.model, values.collect())
}
