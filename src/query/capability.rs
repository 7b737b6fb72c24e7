//! What a type can be asked: order, text, numbers, lists.
//!
//! Each trait stands in the bound of the operators that need it, so that the compiler says in words what a type lacks.

use super::path::Defaulted;
use crate::model::{FieldType, Id};
use bson::{Decimal128, oid::ObjectId};
use chrono::{DateTime, Utc};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// A type whose order in MongoDB is its order in Rust.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no order that MongoDB and Rust agree on",
    label = "`lt`, `lte`, `gt`, `gte` and `between` need a number, a string, a date or an ObjectId"
)]
pub trait Ordered {
    /// The type without its `Option`.
    type Value: crate::codec::Encode;

    /// Whether the value is finer than what is stored of it, as a date with microseconds is.
    #[doc(hidden)]
    fn is_finer(_value: &Self::Value) -> bool {
        false
    }
}

macro_rules! ordered {
    ($($rust:ty),*) => { $( impl Ordered for $rust { type Value = Self; } )* };
}
ordered!(
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    isize,
    usize,
    f32,
    f64,
    Decimal128,
    String,
    Box<str>,
    Arc<str>,
    Cow<'static, str>,
    char,
    ObjectId,
    bson::DateTime
);
impl<M> Ordered for Id<M> {
    type Value = Self;
}
impl Ordered for DateTime<Utc> {
    type Value = Self;

    fn is_finer(value: &Self) -> bool {
        !value.timestamp_subsec_nanos().is_multiple_of(1_000_000)
    }
}
impl Ordered for SystemTime {
    type Value = Self;

    fn is_finer(value: &Self) -> bool {
        let apart = value.duration_since(UNIX_EPOCH).unwrap_or_else(|before| before.duration());
        !apart.subsec_nanos().is_multiple_of(1_000_000)
    }
}
impl<T: Ordered> Ordered for Option<T> {
    type Value = T::Value;

    fn is_finer(value: &T::Value) -> bool {
        T::is_finer(value)
    }
}

/// Text.
#[diagnostic::on_unimplemented(message = "`{Self}` is not text", label = "`contains`, `starts_with` and `ends_with` need a string")]
pub trait Text {}
impl Text for String {}
impl Text for Box<str> {}
impl Text for Arc<str> {}
impl Text for Cow<'static, str> {}
impl Text for char {}
impl<T: Text> Text for Option<T> {}

/// A number that an update can add to.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number", label = "`inc` needs a number that is always there, not an `Option`")]
pub trait Number: FieldType {}
macro_rules! numbers {
    ($($rust:ty),*) => { $( impl Number for $rust {} )* };
}
numbers!(i8, i16, i32, i64, u8, u16, u32, u64, isize, usize, f32, f64, Decimal128);

/// A list.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a list", label = "this needs a list: `Vec`, `VecDeque`, `HashSet` or `BTreeSet`")]
pub trait List {
    /// The type of its items.
    type Item: FieldType;
}
macro_rules! lists {
    ($($list:ident)*) => { $( impl<T: FieldType> List for $list<T> { type Item = T; } )* };
}
lists!(Vec VecDeque HashSet BTreeSet);
impl<L: List> List for Option<L> {
    type Item = L::Item;
}

/// A list that an update can append to: a set would get items twice and lose its order.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be appended to", label = "`push` needs a `Vec` or `VecDeque`")]
pub trait Sequence: List {}
impl<T: FieldType> Sequence for Vec<T> {}
impl<T: FieldType> Sequence for VecDeque<T> {}
impl<L: Sequence> Sequence for Option<L> {}

/// An `Option`.
#[diagnostic::on_unimplemented(message = "a field of type `{Self}` is never `None`", label = "`is_none` and `is_some` need an `Option`")]
pub trait Optional {}
impl<T> Optional for Option<T> {}

/// A field that the model can read without its value.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` without a default cannot be unset",
    label = "`unset` needs an `Option`, a list, a map or a `default`"
)]
pub trait Unsettable<K, Via> {}
/// Because its type knows being absent.
#[derive(Debug)]
pub enum ByType {}
/// Because it has a default.
#[derive(Debug)]
pub enum ByDefault {}
macro_rules! unsettable {
    ($($absent:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T, K> Unsettable<K, ByType> for $absent<T> {}
    )* };
}
unsettable!(Option Vec VecDeque HashSet BTreeSet);
#[diagnostic::do_not_recommend]
impl<V, K> Unsettable<K, ByType> for HashMap<String, V> {}
#[diagnostic::do_not_recommend]
impl<V, K> Unsettable<K, ByType> for BTreeMap<String, V> {}
#[diagnostic::do_not_recommend]
impl<T> Unsettable<Defaulted, ByDefault> for T {}
