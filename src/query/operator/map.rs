//! The operators of maps.

use crate::{
    codec::MapKey,
    model::FieldType,
    query::{Filter, IntoValue, Path, Plain, Whole},
    schema::Kind,
};
use std::collections::{BTreeMap, HashMap};

/// A map.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a map",
    label = "`key` and `has_key` need a `HashMap`, a `BTreeMap` or an `IndexMap`"
)]
pub trait Map {
    /// The type of its keys.
    type Key: MapKey;
    /// The type of its values.
    type Item: FieldType;
}
impl<K: MapKey, V: FieldType, S> Map for HashMap<K, V, S> {
    type Key = K;
    type Item = V;
}
impl<K: MapKey, V: FieldType> Map for BTreeMap<K, V> {
    type Key = K;
    type Item = V;
}
#[cfg(feature = "indexmap")]
impl<K: MapKey, V: FieldType, S> Map for indexmap::IndexMap<K, V, S> {
    type Key = K;
    type Item = V;
}
impl<T: Map> Map for Option<T> {
    type Key = T::Key;
    type Item = T::Item;
}

impl<R, T, K> Path<R, T, K> {
    /// The value under a key: an `Option`, `None` where the map has no such key. It can be filtered by and updated.
    ///
    /// A key with a dot, with `$` first, or an empty one cannot stand in a path; a filter or an update with it is
    /// [`Error::Invalid`](crate::Error::Invalid) before anything is sent.
    pub fn key<V>(&self, key: impl IntoValue<T::Key, V>) -> Path<R, <T::Item as FieldType>::Optional, Plain>
    where
        T: Map,
        K: Whole,
    {
        const { assert!(!is_list(&<T::Item as FieldType>::KIND), "`key` leads to one value: a map of lists or of maps cannot be asked by it") };
        Path::from_raw(self.raw.at_key(&key.into_value().as_key()))
    }

    /// A map with that key, whatever stands under it.
    pub fn has_key<V>(&self, key: impl IntoValue<T::Key, V>) -> Filter<R>
    where
        T: Map,
        K: Whole,
    {
        Path::<R, Option<()>>::from_raw(self.raw.at_key(&key.into_value().as_key())).exists()
    }
}

/// A list reads as empty where there is none, and a path does not know whether an `Option` stands around it.
const fn is_list(kind: &Kind) -> bool {
    matches!(kind, Kind::Array(_) | Kind::Map(_))
}
