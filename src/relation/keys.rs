//! [`Keys`]: what some parents name related documents by, and in what portions those are read.
//!
//! Made for one level of an include; `load` puts documents to them, and `count` numbers.

use super::link_key::{LinkKey, link_keys};
use crate::render::is_askable;
use bson::Bson;
use std::collections::HashMap;

/// How many chunks, or tests of related documents that stand side by side, are read at the same time.
pub(super) const PARALLEL: usize = 4;

/// How many documents come at once: as many as an answer holds, so that a level is one round trip.
pub(crate) const AT_ONCE: u32 = i32::MAX as u32;

/// The keys that some parents hold, numbered.
pub(super) struct Keys {
    numbers: HashMap<LinkKey, usize>,
    /// Those of each parent, in order.
    of_parents: Vec<Vec<usize>>,
}

impl Keys {
    /// Those at the path `here`, and the value of each, in the order of their numbers.
    pub(super) fn of(here: &str, parents: &[&[u8]]) -> (Self, Vec<Bson>) {
        let mut keys = Self { numbers: HashMap::with_capacity(parents.len()), of_parents: Vec::with_capacity(parents.len()) };
        let mut wanted = Vec::with_capacity(parents.len());
        for document in parents {
            // What cannot be read has no keys here: who decodes the document says so.
            let own = link_keys(document, here).unwrap_or_default();
            let own = own.into_iter().filter(|(_, value)| is_askable(value)).map(|(key, value)| {
                *keys.numbers.entry(key).or_insert_with(|| {
                    wanted.push(value);
                    wanted.len() - 1
                })
            });
            let own = own.collect();
            keys.of_parents.push(own);
        }
        (keys, wanted)
    }

    pub(super) fn number(&self, key: &LinkKey) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The numbers of each parent's keys, in order.
    pub(super) fn of_parents(&self) -> impl Iterator<Item = &[usize]> {
        self.of_parents.iter().map(Vec::as_slice)
    }
}
