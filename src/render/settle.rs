//! What nested writes connect: which documents are to be looked up, and where each that was found belongs.
//!
//! Asked by `relation` before drafts are planned, level by level: a draft that is created in the place of a document that was not found may
//! connect documents of its own.

use super::plan::named_there;
use crate::{
    query::{DraftCore, Expr, Found, Nested},
    schema::{Link, RelationSchema, Schema},
};
use std::{collections::HashSet, vec::IntoIter};

/// A document that is connected.
#[derive(Debug)]
pub(crate) struct Connect {
    pub(crate) schema: &'static Schema,
    /// What names it.
    pub(crate) key: Expr,
    /// The stored field by whose value links refer to it.
    pub(crate) field: &'static str,
    /// Its stored list that an id is added to.
    pub(crate) list: Option<&'static str>,
    /// Whether the link is on the other side alone, so that nothing of it changes: a deletion of it must be kept away by a lock.
    pub(crate) is_untouched: bool,
    pub(crate) otherwise: Otherwise,
}

/// What is done where the document is not there.
#[derive(Debug)]
pub(crate) enum Otherwise {
    /// Nothing at all is written.
    NotFound,
    /// It is created along with its parent, whose key it holds.
    Created,
    /// It is created, before its parent where several name it.
    CreatedOnce(Box<DraftCore>),
}

/// The documents that drafts connect, in the order in which [`place_found`] takes them.
pub(crate) fn connects(drafts: &[DraftCore]) -> Vec<Connect> {
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

/// The documents that the writes to one relation connect, in the order in which [`place_found_of`] takes them.
pub(crate) fn connects_of(relation: &RelationSchema, nested: &Nested) -> Vec<Connect> {
    let schema = (relation.target)();
    let list = match relation.link {
        Link::Here(_) | Link::There(_) => None,
        Link::Lists { inverse, .. } => inverse.and_then(|name| schema.field(name)).map(|field| field.stored),
    };
    let is_untouched = relation.needs_lock();
    let connect = |key: &Expr, otherwise: Otherwise| {
        let (key, field) = (key.clone(), named_there(relation));
        Connect { schema, key, field, list, is_untouched, otherwise }
    };
    let mut found: Vec<Connect> = nested.connect.iter().map(|key| connect(key, Otherwise::NotFound)).collect();
    found.extend(nested.or_create.iter().map(|either| {
        let otherwise = match relation.link {
            Link::There(_) => Otherwise::Created,
            Link::Here(_) | Link::Lists { .. } => Otherwise::CreatedOnce(Box::new(either.draft.clone())),
        };
        connect(&either.key, otherwise)
    }));
    found.extend(connects(&nested.create));
    found
}

/// Puts what was found in the place of the keys that named it, and the drafts of what was not among those to create.
pub(crate) fn place_found(drafts: &mut [DraftCore], found: &mut IntoIter<Option<Found>>) {
    for draft in drafts {
        let schema = draft.schema();
        for (index, nested) in draft.nested_mut() {
            if schema.relations.get(*index).is_some() {
                place_found_of(nested, found);
            }
        }
    }
}

/// The same for the writes to one relation.
pub(crate) fn place_found_of(nested: &mut Nested, found: &mut IntoIter<Option<Found>>) {
    let known = found.by_ref().take(nested.connect.len()).flatten();
    nested.found.extend(known);
    nested.connect.clear();
    // A key that stands there more than once is of one document.
    let (mut missing, mut keys) = (Vec::new(), HashSet::new());
    for either in nested.or_create.drain(..) {
        match found.next().flatten() {
            Some(known) => nested.found.push(known),
            None if keys.insert(format!("{:?}", either.key)) => missing.push(either.draft),
            None => {}
        }
    }
    place_found(&mut nested.create, found);
    nested.create.extend(missing);
}
