//! `indexmap::IndexMap`: a document in the map's own order, which is why one uses it.
//!
//! Two such maps with the same entries in another order are equal in Rust, and two values to the server: filters compare them as stored.

use crate::codec::{Decode, DecodeError, Encode, MapKey, Raw, Storage, Via, Writer, container::read_entries};
use indexmap::IndexMap;
use std::hash::{BuildHasher, Hash};

impl<K: MapKey, V: Encode, S> Encode for IndexMap<K, V, S> {
    fn encode(&self, w: &mut Writer) {
        w.document(|w| self.iter().for_each(|(key, value)| w.key(&key.as_key(), value)));
    }
}

impl<'a, K: MapKey + Eq + Hash, V: Decode<'a>, S: BuildHasher + Default> Decode<'a> for IndexMap<K, V, S> {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let mut map = Self::default();
        read_entries(raw, V::decode, |key, value| map.insert(key, value).is_some())?;
        Ok(map)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl<K: MapKey + Eq + Hash, S: Storage<T>, T, H: BuildHasher + Default> Storage<IndexMap<K, T, H>> for IndexMap<K, S, H> {
    fn encode(value: &IndexMap<K, T, H>, w: &mut Writer) {
        w.document(|w| value.iter().for_each(|(key, value)| w.key(&key.as_key(), &Via::<S, T>::new(value))));
    }

    fn decode(raw: &Raw<'_>) -> Result<IndexMap<K, T, H>, DecodeError> {
        let mut map = IndexMap::default();
        read_entries(raw, S::decode, |key, value| map.insert(key, value).is_some())?;
        Ok(map)
    }

    fn absent() -> Option<IndexMap<K, T, H>> {
        Some(IndexMap::default())
    }
}
