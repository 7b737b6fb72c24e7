//! [`Storage`]: a field of one type that is stored as another one, through the containers between them.

use crate::codec::{
    DecodeError, Encode, MapKey, Raw, Writer,
    container::{read_entries, write_sorted},
};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    hash::{BuildHasher, Hash},
    marker::PhantomData,
};

/// A type as which values of `T` are stored: [`Native`](super::Native) for the values themselves, and the containers of such types.
pub trait Storage<T>: Sized {
    /// Writes a value as the current element.
    fn encode(value: &T, w: &mut Writer);

    /// Whether a document leaves the value out.
    fn is_absent(_value: &T) -> bool {
        false
    }

    /// Reads a value.
    ///
    /// # Errors
    /// Where the stored value has another type, or one that cannot be converted without loss.
    fn decode(raw: &Raw<'_>) -> Result<T, DecodeError>;

    /// What a missing or null field reads as, where that is anything.
    #[must_use]
    fn absent() -> Option<T> {
        None
    }

    /// Writes a list of values.
    fn encode_list<'v>(items: impl Iterator<Item = &'v T>, w: &mut Writer)
    where
        T: 'v,
    {
        write_array::<Self, T>(items, w);
    }

    /// Reads a list of values.
    ///
    /// # Errors
    /// Where the stored value is no list, or one of its items cannot be read.
    fn decode_list(raw: &Raw<'_>) -> Result<Vec<T>, DecodeError> {
        read_array::<Self, T>(raw)
    }
}

/// A value on its way into bytes by way of its storage type.
#[derive(Debug)]
pub struct Via<'v, S, T> {
    value: &'v T,
    storage: PhantomData<fn() -> S>,
}

impl<'v, S, T> Via<'v, S, T> {
    /// The value, to be written as an `S` is.
    #[must_use]
    pub const fn new(value: &'v T) -> Self {
        Self { value, storage: PhantomData }
    }
}

impl<S: Storage<T>, T> Encode for Via<'_, S, T> {
    fn encode(&self, w: &mut Writer) {
        S::encode(self.value, w);
    }

    fn is_absent(&self) -> bool {
        S::is_absent(self.value)
    }
}

/// Writes an array of values that `S` stores.
pub(super) fn write_array<'v, S: Storage<T>, T: 'v>(items: impl Iterator<Item = &'v T>, w: &mut Writer) {
    let items: Vec<Via<'v, S, T>> = items.map(Via::new).collect();
    w.array(items.iter());
}

/// Reads an array of values that `S` stores.
pub(super) fn read_array<S: Storage<T>, T>(raw: &Raw<'_>) -> Result<Vec<T>, DecodeError> {
    let mut elements = raw.items()?;
    let mut items = Vec::new();
    while let Some((_, value)) = elements.next()? {
        items.push(S::decode(&value).map_err(|e| e.at_index(items.len()))?);
    }
    Ok(items)
}

impl<S: Storage<T>, T> Storage<Option<T>> for Option<S> {
    fn encode(value: &Option<T>, w: &mut Writer) {
        // `None` keeps the null that an element starts as.
        if let Some(value) = value {
            S::encode(value, w);
        }
    }

    fn is_absent(value: &Option<T>) -> bool {
        value.is_none()
    }

    fn decode(raw: &Raw<'_>) -> Result<Option<T>, DecodeError> {
        if raw.is_null() { Ok(None) } else { S::decode(raw).map(Some) }
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl<S: Storage<T>, T> Storage<Box<T>> for Box<S> {
    fn encode(value: &Box<T>, w: &mut Writer) {
        S::encode(value, w);
    }

    fn is_absent(value: &Box<T>) -> bool {
        S::is_absent(value)
    }

    fn decode(raw: &Raw<'_>) -> Result<Box<T>, DecodeError> {
        S::decode(raw).map(Box::new)
    }

    fn absent() -> Option<Box<T>> {
        S::absent().map(Box::new)
    }
}

impl<S: Storage<T>, T> Storage<Vec<T>> for Vec<S> {
    fn encode(value: &Vec<T>, w: &mut Writer) {
        S::encode_list(value.iter(), w);
    }

    fn decode(raw: &Raw<'_>) -> Result<Vec<T>, DecodeError> {
        S::decode_list(raw)
    }

    fn absent() -> Option<Vec<T>> {
        Some(Vec::new())
    }
}

impl<S: Storage<T>, T> Storage<VecDeque<T>> for VecDeque<S> {
    fn encode(value: &VecDeque<T>, w: &mut Writer) {
        write_array::<S, T>(value.iter(), w);
    }

    fn decode(raw: &Raw<'_>) -> Result<VecDeque<T>, DecodeError> {
        read_array::<S, T>(raw).map(VecDeque::from)
    }

    fn absent() -> Option<VecDeque<T>> {
        Some(VecDeque::new())
    }
}

impl<K: MapKey + Ord, S: Storage<T>, T> Storage<BTreeMap<K, T>> for BTreeMap<K, S> {
    fn encode(value: &BTreeMap<K, T>, w: &mut Writer) {
        write_sorted(value.iter(), w, |w, key, value| w.key(key, &Via::<S, T>::new(value)));
    }

    fn decode(raw: &Raw<'_>) -> Result<BTreeMap<K, T>, DecodeError> {
        let mut map = BTreeMap::new();
        read_entries(raw, S::decode, |key, value| map.insert(key, value).is_some())?;
        Ok(map)
    }

    fn absent() -> Option<BTreeMap<K, T>> {
        Some(BTreeMap::new())
    }
}

impl<K: MapKey + Eq + Hash, S: Storage<T>, T, H: BuildHasher + Default> Storage<HashMap<K, T, H>> for HashMap<K, S, H> {
    fn encode(value: &HashMap<K, T, H>, w: &mut Writer) {
        write_sorted(value.iter(), w, |w, key, value| w.key(key, &Via::<S, T>::new(value)));
    }

    fn decode(raw: &Raw<'_>) -> Result<HashMap<K, T, H>, DecodeError> {
        let mut map = HashMap::default();
        read_entries(raw, S::decode, |key, value| map.insert(key, value).is_some())?;
        Ok(map)
    }

    fn absent() -> Option<HashMap<K, T, H>> {
        Some(HashMap::default())
    }
}
