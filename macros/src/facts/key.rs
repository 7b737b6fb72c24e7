//! Unique keys with an accessor: those that one value, or a tuple of values, looks up.

use super::{Start, located, plain};
use crate::{
    ir::{BodyIr, IndexIr, IndexKeyIr, ModelIr},
    shape::{LISTS, MAPS, is_named, present, unboxed},
};
use proc_macro2::{Ident, Span};

/// The most fields that an accessor has, which is the longest key of the library.
pub(crate) const MAX_KEY: usize = 4;

/// A unique key with an accessor: several fields, or one below a composite. A field of the model itself is its own accessor.
pub(crate) struct UniqueKey<'a> {
    pub(crate) accessor: Ident,
    pub(crate) paths: Vec<KeyPath<'a>>,
    /// Where the accessor is named, or else the key.
    pub(crate) span: Span,
}

/// One path of a key.
pub(crate) struct KeyPath<'a> {
    pub(crate) start: Start<'a>,
    /// The methods that lead on from there.
    pub(crate) below: &'a [Ident],
}

impl BodyIr {
    /// The path of a key, if each document has one value there, as far as this type alone can tell.
    fn key_path<'a>(&'a self, key: &'a IndexKeyIr) -> Option<KeyPath<'a>> {
        let (first, below) = key.segments.split_first()?;
        let start = self.start(&plain(first))?;
        let leads = match start {
            Start::Flat(_) => !below.is_empty(),
            Start::Field(field) => {
                let ty = present(unboxed(&field.ty));
                below.is_empty() || !(is_named(ty, LISTS) || is_named(ty, MAPS))
            }
        };
        leads.then_some(KeyPath { start, below })
    }
}

impl ModelIr {
    pub(crate) fn unique_keys(&self) -> Vec<UniqueKey<'_>> {
        self.indexes.iter().filter_map(|index| self.unique_key(index)).collect()
    }

    pub(crate) fn unique_key<'a>(&'a self, index: &'a IndexIr) -> Option<UniqueKey<'a>> {
        if !index.is_key() || index.keys.len() > MAX_KEY {
            return None;
        }
        let paths: Vec<KeyPath<'a>> = index.keys.iter().map(|key| self.body.key_path(key)).collect::<Option<_>>()?;
        if let [only] = paths.as_slice()
            && only.below.is_empty()
        {
            return None;
        }
        let name = || index.keys.iter().flat_map(|key| &key.segments).map(plain).collect::<Vec<_>>().join("_");
        let accessor = index.accessor.as_ref().map_or_else(|| Ident::new(&name(), Span::call_site().located_at(index.span)), located);
        let span = index.accessor.as_ref().map_or(index.span, Ident::span);
        Some(UniqueKey { accessor, paths, span })
    }
}
