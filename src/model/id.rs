//! [`Id`]: an ObjectId that knows its model.

use super::FieldType;
use crate::{
    codec::{AsObjectId, AsString, Decode, DecodeError, Encode, MapKey, Raw, StoredAs, Writer},
    schema::{Absent, Kind},
};
use bson::{Bson, oid::ObjectId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, cmp::Ordering, fmt, hash::Hash, hash::Hasher, marker::PhantomData, str::FromStr};

/// An ObjectId that knows its model: an `Id<User>` is not an `Id<Post>`.
///
/// In BSON it is an ObjectId; in JSON and other texts its 24 hex digits.
///
/// ```
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User> }
/// let id: Id<User> = "65a1b2c3d4e5f60718293a4b".parse()?;
/// assert_eq!(id.to_string(), "65a1b2c3d4e5f60718293a4b");
/// # Ok::<(), bson::error::Error>(())
/// ```
pub struct Id<M>(ObjectId, PhantomData<fn() -> M>);

impl<M> Id<M> {
    /// A new id: the current second, a random part of this process, and a counter.
    // Not `Default`: an id from nowhere should be asked for by name.
    #[allow(clippy::new_without_default)]
    #[must_use]
    pub fn new() -> Self {
        Self::from_object_id(ObjectId::new())
    }

    /// The id with this ObjectId.
    #[must_use]
    pub const fn from_object_id(id: ObjectId) -> Self {
        Self(id, PhantomData)
    }

    /// The ObjectId alone.
    #[must_use]
    pub const fn object_id(self) -> ObjectId {
        self.0
    }
}

// By hand, since a derive would ask the same of `M`.
impl<M> Clone for Id<M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M> Copy for Id<M> {}
impl<M> PartialEq for Id<M> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<M> Eq for Id<M> {}
impl<M> PartialOrd for Id<M> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<M> Ord for Id<M> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<M> Hash for Id<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<M> fmt::Debug for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.0)
    }
}
impl<M> fmt::Display for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<M> From<ObjectId> for Id<M> {
    fn from(id: ObjectId) -> Self {
        Self::from_object_id(id)
    }
}
impl<M> From<Id<M>> for ObjectId {
    fn from(id: Id<M>) -> Self {
        id.0
    }
}
impl<M> From<Id<M>> for Bson {
    fn from(id: Id<M>) -> Self {
        Self::ObjectId(id.0)
    }
}
impl<M> FromStr for Id<M> {
    type Err = bson::error::Error;

    fn from_str(hex: &str) -> Result<Self, Self::Err> {
        ObjectId::parse_str(hex).map(Self::from_object_id)
    }
}

impl<M> Serialize for Id<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Text gets hex, the driver's BSON the native type.
        if serializer.is_human_readable() { serializer.collect_str(&self.0) } else { self.0.serialize(serializer) }
    }
}
impl<'de, M> Deserialize<'de> for Id<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ObjectId::deserialize(deserializer).map(Self::from_object_id)
    }
}

impl<M> Encode for Id<M> {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        self.0.encode(w);
    }
}
impl<'a, M> Decode<'a> for Id<M> {
    #[inline]
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        ObjectId::decode(raw).map(Self::from_object_id)
    }
}
impl<M: 'static> FieldType for Id<M> {
    type Present = Self;
    type Optional = Option<Self>;
    const KIND: Kind = Kind::ObjectId;
    const ABSENT: Absent = Absent::Never;
}
impl<M> MapKey for Id<M> {
    fn as_key(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_hex())
    }

    fn from_key(key: &str) -> Option<Self> {
        ObjectId::from_key(key).map(Self::from_object_id)
    }
}
macro_rules! stored_as {
    ($($native:ident)*) => { $(
        impl<M> StoredAs<$native> for Id<M> {
            fn write(&self, w: &mut Writer) {
                StoredAs::<$native>::write(&self.0, w);
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                <ObjectId as StoredAs<$native>>::read(raw).map(Self::from_object_id)
            }
        }
    )* };
}
stored_as!(AsObjectId AsString);
