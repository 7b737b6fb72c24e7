//! [`StoredAs`]: how a type is written as another BSON type, and [`Native`], the type that is.

use super::storage::{Storage, read_array, write_array};
use crate::codec::{Decode, DecodeError, Encode, Raw, Writer};
use std::{cmp::Ordering, fmt, hash::Hash, hash::Hasher, marker::PhantomData};

macro_rules! markers {
    ($($(#[$doc:meta])* $marker:ident)*) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $marker {}
    )* };
}
markers! {
    /// `as = "object_id"`: an ObjectId.
    AsObjectId
    /// `as = "long"`: an Int64; of a moment its milliseconds since 1970.
    AsLong
    /// `as = "double"`: a Double.
    AsDouble
    /// `as = "decimal"`: a Decimal128.
    AsDecimal
    /// `as = "string"`: a String; of a moment RFC 3339 in UTC and milliseconds.
    AsString
    /// `as = "date"`: a Date; of an `i64` so many milliseconds after 1970, of a text the moment that it spells as RFC 3339 has it.
    AsDate
    /// `as = "timestamp"`: a Timestamp of whole seconds, with the increment 0.
    AsTimestamp
    /// `as = "binary"`: a Binary.
    AsBinary
    /// `serde`: what serde makes of the value.
    AsSerde
}

/// A type that can be stored as the BSON type that the marker `N` names.
///
/// It is written as that type and nothing else. It is read from that type and from its own, so that a field may be switched; but until all
/// documents are, filters and indexes see two types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as `{N}`",
    label = "no such form of `{Self}`",
    note = "integers have `long`, `double`, `decimal`, `string`, an `i64` also `date`; floats have `double`, `decimal`",
    note = "decimals have `decimal`, `string`; texts have `string`, `object_id`, `decimal`, `date`, `binary`",
    note = "ids have `object_id`, `string`; a `Uuid` has `binary`, `string`; bytes have `binary`",
    note = "moments have `date`, `timestamp`, `long`, `string`; `serde` takes whatever has `Serialize` and `Deserialize`"
)]
pub trait StoredAs<N>: Sized {
    /// Writes the value as the current element.
    fn write(&self, w: &mut Writer);

    /// Reads the value.
    ///
    /// # Errors
    /// Where the value has another type, or one that cannot be converted without loss.
    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError>;

    /// What a missing or null field reads as, where that is anything.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }

    /// Writes a list of such values: an array, or for bytes a Binary.
    fn write_list<'v>(items: impl Iterator<Item = &'v Self>, w: &mut Writer)
    where
        Self: 'v,
    {
        write_array::<Native<Self, N>, Self>(items, w);
    }

    /// Reads a list of such values.
    ///
    /// # Errors
    /// Where the value is no list, or one of its items cannot be read.
    fn read_list(raw: &Raw<'_>) -> Result<Vec<Self>, DecodeError> {
        read_array::<Native<Self, N>, Self>(raw)
    }
}

/// A value of type `T` that is stored as the BSON type which the marker `N` names: the type of the field in paths and schemas.
///
/// Where one is asked for, the plain value stands in its place: `eq("65a1…")`, `set(path, Some(text))`. An `Option` or an empty list of
/// which the inside is not known from elsewhere needs its type, `None::<String>`; `is_none()` and `unset` do without.
pub struct Native<T, N>(T, PhantomData<fn() -> N>);

impl<T, N> Native<T, N> {
    /// The value, to be stored otherwise.
    pub const fn new(value: T) -> Self {
        Self(value, PhantomData)
    }

    /// The value.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.0
    }
}

// By hand, since a derive would ask the same of `N`.
impl<T: Clone, N> Clone for Native<T, N> {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}
impl<T: Copy, N> Copy for Native<T, N> {}
impl<T: PartialEq, N> PartialEq for Native<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T: Eq, N> Eq for Native<T, N> {}
impl<T: PartialOrd, N> PartialOrd for Native<T, N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }
}
impl<T: Ord, N> Ord for Native<T, N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T: Hash, N> Hash for Native<T, N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T: fmt::Debug, N> fmt::Debug for Native<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: StoredAs<N>, N> Encode for Native<T, N> {
    fn encode(&self, w: &mut Writer) {
        <T as StoredAs<N>>::write(&self.0, w);
    }

    fn encode_list(items: &[Self], w: &mut Writer) {
        <T as StoredAs<N>>::write_list(items.iter().map(Self::get), w);
    }
}

impl<'a, T: StoredAs<N>, N> Decode<'a> for Native<T, N> {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        <T as StoredAs<N>>::read(raw).map(Self::new)
    }

    fn absent() -> Option<Self> {
        <T as StoredAs<N>>::absent().map(Self::new)
    }

    fn decode_list(raw: &Raw<'a>) -> Result<Vec<Self>, DecodeError> {
        let items = <T as StoredAs<N>>::read_list(raw)?;
        Ok(items.into_iter().map(Self::new).collect())
    }
}

impl<T: StoredAs<N>, N> Storage<T> for Native<T, N> {
    fn encode(value: &T, w: &mut Writer) {
        <T as StoredAs<N>>::write(value, w);
    }

    fn decode(raw: &Raw<'_>) -> Result<T, DecodeError> {
        <T as StoredAs<N>>::read(raw)
    }

    fn absent() -> Option<T> {
        <T as StoredAs<N>>::absent()
    }

    fn encode_list<'v>(items: impl Iterator<Item = &'v T>, w: &mut Writer)
    where
        T: 'v,
    {
        <T as StoredAs<N>>::write_list(items, w);
    }

    fn decode_list(raw: &Raw<'_>) -> Result<Vec<T>, DecodeError> {
        <T as StoredAs<N>>::read_list(raw)
    }
}
