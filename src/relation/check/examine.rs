//! What is wrong with the keys and lists of some documents: they are compared with what they name.
//!
//! Fed by `scan` with a group of documents at a time, and by `mend` with those that are about to be written.

use super::finding::FindingKind;
use crate::{
    Error, Result,
    codec::{DecodeError, Raw, raw_to_bson, tag},
    db::Db,
    driver::{FindSpec, ReadOptions, Scope},
    relation::link_key::{LinkKey, link_keys},
    render::{HAS, NamedQuery, can_name, in_chunks, render_named},
    schema::{Edge, Form, KeyPath},
};
use bson::Bson;
use std::collections::{HashMap, HashSet};

/// A document, with what it holds.
#[derive(Debug)]
pub(super) struct Holder {
    id: Bson,
    id_key: LinkKey,
    /// Its key, or the items of its list, in order.
    names: Vec<(LinkKey, Bson)>,
    is_readable: bool,
}

/// A document in which something is wrong.
#[derive(Debug)]
pub(crate) struct Faulty {
    pub(crate) id: Bson,
    pub(crate) faults: Vec<Fault>,
}

/// What is wrong, and by which key or id.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FindingKind,
    pub(crate) key: Option<Bson>,
}

/// The keys that name a document; of two lists each with those of the holders that the list there has, or nothing where it is no list.
type Named = HashMap<LinkKey, Option<HashSet<LinkKey>>>;

impl Holder {
    /// Reads what a document holds.
    ///
    /// # Errors
    /// Bytes that are no document.
    pub(super) fn read(edge: &Edge, document: &[u8]) -> Result<Self> {
        let read = || -> Result<Self, DecodeError> {
            let raw = Raw::document(document)?;
            let (id_key, id) = match raw.get("_id")? {
                Some(id) => match raw_to_bson(id) {
                    Ok(value) => (LinkKey::of(id), value),
                    // It cannot be named, so that nothing in it can be mended.
                    Err(_) => return Ok(Self { id: Bson::Null, id_key: LinkKey::NONE, names: Vec::new(), is_readable: false }),
                },
                None => (LinkKey::NONE, Bson::Null),
            };
            let mut holder = Self { id, id_key, names: Vec::new(), is_readable: true };
            holder.read_below(edge.key, raw, 0)?;
            Ok(holder)
        };
        read().map_err(|error| Error::decode(edge.holder, document, error))
    }

    /// Reads what lies in `document`, to which the first `walked` bytes of the path lead.
    fn read_below(&mut self, key: &KeyPath, document: Raw<'_>, walked: usize) -> Result<(), DecodeError> {
        let rest = key.stored.get(walked..).unwrap_or_default();
        let name = rest.split('.').next().unwrap_or(rest);
        let Some(value) = document.get(name)?.filter(|value| !value.is_null()) else { return Ok(()) };
        let end = walked + name.len();
        if !key.lists.iter().any(|list| list.len() == end) {
            return self.read_value(key, value, end);
        }
        if value.tag() != tag::ARRAY {
            self.is_readable = false;
            return Ok(());
        }
        let mut items = value.items()?;
        while let Some((_, item)) = items.next()? {
            self.read_value(key, item, end)?;
        }
        Ok(())
    }

    /// Reads a value, or an item of a list, to which the first `end` bytes of the path lead.
    fn read_value(&mut self, key: &KeyPath, value: Raw<'_>, end: usize) -> Result<(), DecodeError> {
        if end >= key.stored.len() {
            self.name(value);
        } else if value.tag() == tag::DOCUMENT {
            self.read_below(key, value, end + 1)?;
        } else if !value.is_null() {
            self.is_readable = false;
        }
        Ok(())
    }

    fn name(&mut self, value: Raw<'_>) {
        match raw_to_bson(value) {
            Ok(key) if key != Bson::Undefined => self.names.push((LinkKey::of(value), key)),
            _ => self.is_readable = false,
        }
    }

    /// How many keys it holds.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    fn faults(self, edge: &Edge, named: &Named) -> Option<Faulty> {
        let form = edge.form;
        let mut faults = Vec::new();
        let mut note = |kind, key| faults.push(Fault { kind, key });
        if !self.is_readable {
            note(FindingKind::Unreadable, None);
        } else if self.names.is_empty() && form == (Form::Key { required: true }) {
            note(FindingKind::Orphan, None);
        }
        let dangling = if form == (Form::Key { required: true }) { FindingKind::Orphan } else { FindingKind::Dangling };
        let mut seen = HashSet::with_capacity(self.names.len());
        for (key, value) in self.names {
            let found = named.get(&key);
            if !seen.insert(key) {
                if !edge.may_repeat() {
                    note(FindingKind::Duplicate, Some(value));
                }
                continue;
            }
            match found {
                None => note(dangling, Some(value)),
                Some(Some(has)) if !has.contains(&self.id_key) => note(FindingKind::OneSided, Some(value)),
                Some(_) => {}
            }
        }
        (!faults.is_empty()).then_some(Faulty { id: self.id, faults })
    }
}

/// What is wrong with these documents: one read of what they name, or several where that is more than a command takes.
pub(super) async fn examine(db: &Db, scope: &Scope, edge: &Edge, holders: Vec<Holder>, options: &ReadOptions) -> Result<Vec<Faulty>> {
    let ids: Vec<Bson> = match edge.form {
        Form::Mutual { .. } => holders.iter().map(|holder| holder.id.clone()).collect(),
        Form::Key { .. } | Form::List => Vec::new(),
    };
    let mut named = Named::new();
    for keys in in_chunks(names(edge, &holders)) {
        named.extend(read_named(db, scope, edge, keys, &ids, options).await?);
    }
    Ok(holders.into_iter().filter_map(|holder| holder.faults(edge, &named)).collect())
}

/// What these documents name, each once.
fn names(edge: &Edge, holders: &[Holder]) -> Vec<Bson> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for (key, value) in holders.iter().flat_map(|holder| &holder.names) {
        if can_name(edge, value) && seen.insert(key) {
            names.push(value.clone());
        }
    }
    names
}

async fn read_named(db: &Db, scope: &Scope, edge: &Edge, keys: Vec<Bson>, holders: &[Bson], options: &ReadOptions) -> Result<Named> {
    // All in one round trip, and the end of it too.
    let most = u32::try_from(keys.len()).unwrap_or(u32::MAX).saturating_add(1);
    let options = ReadOptions { batch_size: Some(most), ..options.clone() };
    let mut cursor = match render_named(edge, keys, holders) {
        NamedQuery::Find { filter, projection } => {
            let spec = FindSpec { projection: Some(projection), options, ..FindSpec::default() };
            db.connection().find(scope, edge.target, filter, spec).await?
        }
        NamedQuery::Pipeline(stages) => db.connection().aggregate(scope, edge.target, stages, options).await?,
    };
    let mut named = Named::new();
    while let Some(batch) = cursor.next_batch().await? {
        for row in batch.documents() {
            let row = row?;
            note(edge, row, &mut named).map_err(|error| Error::decode(edge.target, row, error))?;
        }
    }
    Ok(named)
}

fn note(edge: &Edge, row: &[u8], named: &mut Named) -> Result<(), DecodeError> {
    let is_mutual = matches!(edge.form, Form::Mutual { .. });
    let is_list = is_mutual && Raw::document(row)?.get(HAS)?.is_some_and(|has| !has.is_null());
    let has = if is_list { Some(link_keys(row, HAS)?.into_iter().map(|(key, _)| key).collect::<HashSet<_>>()) } else { None };
    for (key, _) in link_keys(row, edge.named)? {
        named.insert(key, has.clone());
    }
    Ok(())
}
