//! Containers: optional, boxed, listed and mapped values.

use super::{Decode, DecodeError, Encode, Raw, Writer};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    hash::Hash,
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

impl<T: Encode> Encode for BTreeMap<String, T> {
    fn encode(&self, w: &mut Writer) {
        w.document(|w| self.iter().for_each(|(key, value)| w.key(key, value)));
    }
}

// Maps are written sorted too.
impl<T: Encode, S> Encode for HashMap<String, T, S> {
    fn encode(&self, w: &mut Writer) {
        let mut entries: Vec<(&String, &T)> = self.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        w.document(|w| entries.into_iter().for_each(|(key, value)| w.key(key, value)));
    }
}

macro_rules! maps {
    ($($map:ident)*) => { $(
        impl<'a, T: Decode<'a>> Decode<'a> for $map<String, T> {
            fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
                let mut elements = raw.fields()?;
                let mut map = Self::new();
                while let Some((name, value)) = elements.next()? {
                    let key = std::str::from_utf8(name).map_err(|_| DecodeError::new("a key", "a key that is not UTF-8"))?;
                    let value = T::decode(&value).map_err(|e| e.at_key(key))?;
                    if map.insert(key.to_owned(), value).is_some() {
                        return Err(DecodeError::new("each key once", "a key twice"));
                    }
                }
                Ok(map)
            }

            fn absent() -> Option<Self> {
                Some(Self::new())
            }
        }
    )* };
}
maps!(BTreeMap HashMap);
