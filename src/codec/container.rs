//! Containers: optional, boxed, listed and mapped values.

use super::{Decode, DecodeError, Encode, MapKey, Raw, Writer, tag};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    hash::{BuildHasher, Hash},
    sync::Arc,
};

impl<T: Encode> Encode for Option<T> {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        // `None` keeps the null that an element starts as.
        if let Some(value) = self {
            value.encode(w);
        }
    }

    #[inline]
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Option<T> {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        if raw.is_null() { Ok(None) } else { T::decode(raw).map(Some) }
    }

    #[inline]
    fn absent() -> Option<Self> {
        Some(None)
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => { $(
        impl<T: Encode> Encode for $pointer<T> {
            #[inline]
            fn encode(&self, w: &mut Writer) {
                T::encode(self, w);
            }

            #[inline]
            fn is_absent(&self) -> bool {
                T::is_absent(self)
            }
        }
        impl<'a, T: Decode<'a>> Decode<'a> for $pointer<T> {
            #[inline]
            fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
                T::decode(raw).map($pointer::new)
            }

            #[inline]
            fn absent() -> Option<Self> {
                T::absent().map($pointer::new)
            }
        }
    )* };
}
pointers!(Box Arc);

impl<T: Encode> Encode for Vec<T> {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        T::encode_list(self, w);
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Vec<T> {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        T::decode_list(raw)
    }

    #[inline]
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: Encode, const N: usize> Encode for [T; N] {
    fn encode(&self, w: &mut Writer) {
        T::encode_list(self, w);
    }
}

// Without items there is no such value, so a missing field is missing.
impl<'a, T: Decode<'a>, const N: usize> Decode<'a> for [T; N] {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        Self::try_from(T::decode_list(raw)?).map_err(|_| other_length(raw, N))
    }
}

#[cold]
fn other_length(raw: &Raw<'_>, length: usize) -> DecodeError {
    if raw.tag() == tag::BINARY {
        DecodeError::new(format!("a Binary of {length} bytes"), "a Binary of another length")
    } else {
        DecodeError::new(format!("an Array of {length} items"), "an Array of another length")
    }
}

impl<T: Encode> Encode for VecDeque<T> {
    fn encode(&self, w: &mut Writer) {
        w.array(self.iter());
    }
}

// Sets are written sorted, so that equal sets are equal documents.
impl<T: Encode + Ord> Encode for BTreeSet<T> {
    fn encode(&self, w: &mut Writer) {
        w.array(self.iter());
    }
}

impl<T: Encode + Ord, S> Encode for HashSet<T, S> {
    fn encode(&self, w: &mut Writer) {
        let mut items: Vec<&T> = self.iter().collect();
        items.sort_unstable();
        w.array(items.into_iter());
    }
}

macro_rules! lists {
    ($($list:ident: $($bound:ident)*;)*) => { $(
        impl<'a, T: Decode<'a> $(+ $bound)*> Decode<'a> for $list<T> {
            fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
                let mut elements = raw.items()?;
                let mut items = Vec::new();
                while let Some((_, value)) = elements.next()? {
                    items.push(T::decode(&value).map_err(|e| e.at_index(items.len()))?);
                }
                Ok(items.into_iter().collect())
            }

            fn absent() -> Option<Self> {
                Some(Self::new())
            }
        }
    )* };
}
lists! {
    VecDeque: ;
    BTreeSet: Ord;
    HashSet: Eq Hash;
}

// Maps are written sorted too, by the text of their keys.
impl<K: MapKey, V: Encode> Encode for BTreeMap<K, V> {
    fn encode(&self, w: &mut Writer) {
        write_sorted(self.iter(), w, |w, key, value| w.key(key, value));
    }
}

impl<K: MapKey, V: Encode, S> Encode for HashMap<K, V, S> {
    fn encode(&self, w: &mut Writer) {
        write_sorted(self.iter(), w, |w, key, value| w.key(key, value));
    }
}

impl<'a, K: MapKey + Ord, V: Decode<'a>> Decode<'a> for BTreeMap<K, V> {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let mut map = Self::new();
        read_entries(raw, V::decode, |key, value| map.insert(key, value).is_some())?;
        Ok(map)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<'a, K: MapKey + Eq + Hash, V: Decode<'a>, S: BuildHasher + Default> Decode<'a> for HashMap<K, V, S> {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let mut map = Self::default();
        read_entries(raw, V::decode, |key, value| map.insert(key, value).is_some())?;
        Ok(map)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Writes a map as a document, sorted by the text of its keys; `write` writes one entry.
pub(super) fn write_sorted<'m, K: MapKey + 'm, V: 'm>(
    entries: impl Iterator<Item = (&'m K, &'m V)>,
    w: &mut Writer,
    write: impl Fn(&mut Writer, &str, &V),
) {
    let mut entries: Vec<(Cow<'m, str>, &'m V)> = entries.map(|(key, value)| (key.as_key(), value)).collect();
    entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    w.document(|w| entries.iter().for_each(|(key, value)| write(w, key, value)));
}

/// Reads the entries of a map; `insert` says whether the key was there already.
pub(super) fn read_entries<'a, K: MapKey, V>(
    raw: &Raw<'a>,
    read: impl Fn(&Raw<'a>) -> Result<V, DecodeError>,
    mut insert: impl FnMut(K, V) -> bool,
) -> Result<(), DecodeError> {
    let mut elements = raw.fields()?;
    while let Some((name, value)) = elements.next()? {
        let text = std::str::from_utf8(name).map_err(|_| DecodeError::new("a key", "a key that is not UTF-8"))?;
        let key = K::from_key(text).ok_or_else(|| DecodeError::new("a key of the map's type", "another key").at_key(text))?;
        let value = read(&value).map_err(|e| e.at_key(text))?;
        if insert(key, value) {
            return Err(DecodeError::new("each key once", "a key twice"));
        }
    }
    Ok(())
}
