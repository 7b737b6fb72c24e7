//! What nested writes connect: which documents are to be looked up, and where each belongs once it is known what becomes of it.
//!
//! Asked by `relation` before drafts are planned, level by level: a draft that is created in the place of a document that was not found may
//! connect documents of its own.

use super::plan::named_there;
use crate::{
    query::{DraftCore, Expr, Found, Nested},
    schema::{Link, RelationSchema, Schema},
};
use std::vec::IntoIter;

/// A document that is connected.
#[derive(Debug)]
pub(crate) struct Connect<'d> {
    pub(crate) schema: &'static Schema,
    /// What names it.
    pub(crate) key: Expr,
    /// The stored field by whose value links refer to it.
    pub(crate) field: &'static str,
    /// Its stored list that an id is added to.
    pub(crate) list: Option<&'static str>,
    /// Whether an id that is added to its list counts as a change of its own.
    pub(crate) is_stamped: bool,
    /// Whether the link is on the other side alone, so that nothing of it changes: a deletion of it must be kept away by a lock.
    pub(crate) is_untouched: bool,
    pub(crate) otherwise: Otherwise<'d>,
}

/// What is done where the document is not there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Otherwise<'d> {
    /// Nothing at all is written.
    NotFound,
    /// It is created along with its parent, whose key it holds in the field with this name.
    Within(&'static str, &'d DraftCore),
    /// It is created before its parent, or along with it where nobody else names it.
    Before(&'d DraftCore),
}

/// What becomes of a document that is connected.
#[derive(Debug)]
pub(crate) enum Settled {
    /// It is there.
    Found(Found),
    /// It is created along with this parent, from the draft that stands there.
    Created,
    /// The same, from the draft that stood beside its key first.
    CreatedFrom(DraftCore),
    /// It is created along with another parent, which has it.
    Elsewhere,
    /// It is looked up again with what is connected by the drafts that are created: one of them may name it too.
    Waits,
}

/// The documents that drafts connect, in the order in which [`place_settled`] takes them.
pub(crate) fn connects(drafts: &[DraftCore]) -> Vec<Connect<'_>> {
    let mut found = Vec::new();
    for draft in drafts {
        for (index, nested) in draft.nested() {
            if let Some(relation) = draft.schema().relations.get(*index) {
                found.extend(connects_of(relation, nested));
            }
        }
    }
    found
}

/// The documents that the writes to one relation connect, in the order in which [`place_settled_of`] takes them.
pub(crate) fn connects_of<'d>(relation: &RelationSchema, nested: &'d Nested) -> Vec<Connect<'d>> {
    let schema = (relation.target)();
    let list = match relation.link {
        Link::Here(_) | Link::There(_) => None,
        Link::Lists { inverse, .. } => inverse.and_then(|name| schema.field(name)),
    };
    let is_stamped = list.is_some_and(|list| schema.kept_by(list).is_none());
    let (list, is_untouched) = (list.map(|list| list.stored), relation.needs_lock());
    let connect = |key: &Expr, otherwise: Otherwise<'d>| {
        let (key, field) = (key.clone(), named_there(relation));
        Connect { schema, key, field, list, is_stamped, is_untouched, otherwise }
    };
    let mut found: Vec<Connect<'d>> = nested.connect.iter().map(|key| connect(key, Otherwise::NotFound)).collect();
    found.extend(nested.or_create.iter().map(|either| {
        let otherwise = match relation.link {
            Link::There(key) => Otherwise::Within(key, &either.draft),
            Link::Here(_) | Link::Lists { .. } => Otherwise::Before(&either.draft),
        };
        connect(&either.key, otherwise)
    }));
    found.extend(connects(&nested.create));
    found
}

/// Puts what was found in the place of the keys that named it, and the drafts of what is created along with its parent among those to create.
pub(crate) fn place_settled(drafts: &mut [DraftCore], settled: &mut IntoIter<Settled>) {
    for draft in drafts {
        let schema = draft.schema();
        for (index, nested) in draft.nested_mut() {
            if schema.relations.get(*index).is_some() {
                place_settled_of(nested, settled);
            }
        }
    }
}

/// The same for the writes to one relation.
pub(crate) fn place_settled_of(nested: &mut Nested, settled: &mut IntoIter<Settled>) {
    for connected in settled.by_ref().take(nested.connect.len()) {
        if let Settled::Found(found) = connected {
            nested.found.push(found);
        }
    }
    nested.connect.clear();
    let mut missing = Vec::new();
    for either in std::mem::take(&mut nested.or_create) {
        match settled.next() {
            Some(Settled::Found(found)) => nested.found.push(found),
            Some(Settled::Created) => missing.push(either.draft),
            Some(Settled::CreatedFrom(draft)) => missing.push(draft),
            Some(Settled::Waits) => nested.or_create.push(either),
            Some(Settled::Elsewhere) | None => {}
        }
    }
    place_settled(&mut nested.create, settled);
    nested.create.extend(missing);
}
