//! [`FieldType`]: what a Rust type is in the store.

use crate::{
    codec::MapKey,
    schema::{Absent, Kind},
};
use bson::{Binary, Bson, Decimal128, Document, Timestamp, oid::ObjectId};
use chrono::{DateTime, Utc};
#[cfg(feature = "indexmap")]
use indexmap::IndexMap;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::SystemTime,
};
use uuid::Uuid;

/// A type that a document can hold.
#[diagnostic::on_unimplemented(
    message = "a document cannot hold `{Self}`",
    label = "not a field type",
    note = "derive `Composite` or `Enum` for it"
)]
pub trait FieldType: 'static {
    /// The type without its `Option`.
    type Present: FieldType;
    /// The type with an `Option`, once.
    type Optional: FieldType;
    /// Its type in the store.
    const KIND: Kind;
    /// What a missing or null field of the type reads as.
    const ABSENT: Absent;
    /// The type in the store of a `Vec` of such values.
    #[doc(hidden)]
    const LIST: Kind = Kind::Array(&Self::KIND);
}

macro_rules! scalars {
    ($($rust:ty => $kind:expr;)*) => { $(
        impl FieldType for $rust {
            type Present = Self;
            type Optional = Option<Self>;
            const KIND: Kind = $kind;
            const ABSENT: Absent = Absent::Never;
        }
    )* };
}
macro_rules! integers {
    ($($rust:ty => $kind:ident;)*) => {
        scalars! { $($rust => Kind::$kind { min: min_of(<$rust>::MIN as i128), max: max_of(<$rust>::MAX as i128) };)* }
    };
}

/// The least value within Int64.
const fn min_of(value: i128) -> i64 {
    if value < i64::MIN as i128 { i64::MIN } else { value as i64 }
}

/// The greatest value within Int64.
const fn max_of(value: i128) -> i64 {
    if value > i64::MAX as i128 { i64::MAX } else { value as i64 }
}

integers! {
    i8 => Int32; i16 => Int32; i32 => Int32; u16 => Int32;
    u32 => Int64; i64 => Int64; u64 => Int64; isize => Int64; usize => Int64;
}
scalars! {
    bool => Kind::Bool;
    f32 => Kind::Double { min: f32::MIN as f64, max: f32::MAX as f64 };
    f64 => Kind::Double { min: f64::MIN, max: f64::MAX };
    Decimal128 => Kind::Decimal128;
    String => Kind::String;
    Box<str> => Kind::String;
    Arc<str> => Kind::String;
    Cow<'static, str> => Kind::String;
    char => Kind::String;
    ObjectId => Kind::ObjectId;
    bson::DateTime => Kind::Date;
    DateTime<Utc> => Kind::Date;
    SystemTime => Kind::Date;
    Timestamp => Kind::Timestamp;
    Uuid => Kind::Binary;
    Binary => Kind::Binary;
    Document => Kind::Any;
}

#[cfg(feature = "bytes")]
scalars! { bytes::Bytes => Kind::Binary; }
#[cfg(feature = "jiff")]
scalars! { jiff::Timestamp => Kind::Date; }
#[cfg(feature = "rust_decimal")]
scalars! { rust_decimal::Decimal => Kind::Decimal128; }
#[cfg(feature = "time")]
scalars! { time::OffsetDateTime => Kind::Date; }

// A list of them is one Binary.
impl FieldType for u8 {
    type Present = Self;
    type Optional = Option<Self>;
    const KIND: Kind = Kind::Int32 { min: 0, max: 255 };
    const ABSENT: Absent = Absent::Never;
    const LIST: Kind = Kind::Binary;
}

macro_rules! any_values {
    ($($rust:ty)*) => { $(
        impl FieldType for $rust {
            type Present = Self;
            type Optional = Option<Self>;
            const KIND: Kind = Kind::Any;
            const ABSENT: Absent = Absent::Null;
        }
    )* };
}
any_values!(Bson);
#[cfg(feature = "serde_json")]
any_values!(serde_json::Value);

impl<T: FieldType> FieldType for Option<T> {
    type Present = T::Present;
    type Optional = Self;
    const KIND: Kind = T::KIND;
    const ABSENT: Absent = Absent::Null;
}

macro_rules! pointers {
    ($($pointer:ident)*) => { $(
        impl<T: FieldType> FieldType for $pointer<T> {
            type Present = T::Present;
            type Optional = Option<Self>;
            const KIND: Kind = T::KIND;
            const ABSENT: Absent = T::ABSENT;
        }
    )* };
}
pointers!(Box Arc);

macro_rules! lists {
    ($($list:ident: $absent:ident;)*) => { $(
        impl<T: FieldType> FieldType for $list<T> {
            type Present = Self;
            type Optional = Self;
            const KIND: Kind = Kind::Array(&T::KIND);
            const ABSENT: Absent = Absent::$absent;
        }
    )* };
}
lists! {
    VecDeque: EmptyList;
    HashSet: EmptySet;
    BTreeSet: EmptySet;
}

impl<T: FieldType> FieldType for Vec<T> {
    type Present = Self;
    type Optional = Self;
    const KIND: Kind = T::LIST;
    const ABSENT: Absent = Absent::EmptyList;
}

// As many as there are; of none there is no array to read.
impl<T: FieldType, const N: usize> FieldType for [T; N] {
    type Present = Self;
    type Optional = Option<Self>;
    const KIND: Kind = T::LIST;
    const ABSENT: Absent = Absent::Never;
}

macro_rules! maps {
    ($($map:ident<K, V $(, $hasher:ident)?>;)*) => { $(
        impl<K: MapKey + 'static, V: FieldType $(, $hasher: 'static)?> FieldType for $map<K, V $(, $hasher)?> {
            type Present = Self;
            type Optional = Self;
            const KIND: Kind = Kind::Map(&V::KIND);
            const ABSENT: Absent = Absent::EmptyMap;
        }
    )* };
}
maps! {
    BTreeMap<K, V>;
    HashMap<K, V, S>;
}
#[cfg(feature = "indexmap")]
maps! { IndexMap<K, V, S>; }
