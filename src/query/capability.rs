//! What a type can be asked: order, text, numbers, lists.
//!
//! Each trait stands in the bound of the operators that need it, so that the compiler says in words what a type lacks.

use super::path::{Defaulted, Flattened, Identity, Linked, Many, Plain, Unique};
use crate::{
    codec::{AsDate, AsDecimal, AsDouble, AsLong, AsObjectId, AsString, AsTimestamp, Moment, Native, is_finer_text},
    model::{FieldType, Id, LineString, Point, Polygon},
};
use bson::{Decimal128, Timestamp, oid::ObjectId};
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

/// A type whose order in MongoDB is its order in Rust.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no order that MongoDB and Rust agree on",
    label = "what compares (`lt`, `between`, `min`, `max` and the like) needs a number, a string, a date or an ObjectId"
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
    Timestamp
);
#[cfg(feature = "rust_decimal")]
ordered!(rust_decimal::Decimal);
impl<M> Ordered for Id<M> {
    type Value = Self;
}

/// Moments, and their native forms: all are ordered in time, also as texts, which have the years 0 to 9999.
macro_rules! ordered_moments {
    ($($rust:ty),*) => { $(
        impl Ordered for $rust {
            type Value = Self;

            fn is_finer(value: &Self) -> bool {
                Moment::is_finer(value)
            }
        }
        ordered_moments!(@ $rust: AsDate AsLong AsString);
        impl Ordered for Native<$rust, AsTimestamp> {
            type Value = Self;

            fn is_finer(value: &Self) -> bool {
                let moment = value.get();
                Moment::is_finer(moment) || moment.millis().is_some_and(|millis| millis % 1000 != 0)
            }
        }
    )* };
    (@ $rust:ty: $($native:ident)*) => { $(
        impl Ordered for Native<$rust, $native> {
            type Value = Self;

            fn is_finer(value: &Self) -> bool {
                Moment::is_finer(value.get())
            }
        }
    )* };
}
ordered_moments!(bson::DateTime, DateTime<Utc>, SystemTime);
#[cfg(feature = "jiff")]
ordered_moments!(jiff::Timestamp);
#[cfg(feature = "time")]
ordered_moments!(time::OffsetDateTime);

/// Native forms that keep the order: numbers as numbers, and what is stored as a text or an ObjectId in the order of its digits.
macro_rules! ordered_natives {
    ($($rust:ty: $($native:ident)*;)*) => { $( $(
        impl Ordered for Native<$rust, $native> {
            type Value = Self;
        }
    )* )* };
}
ordered_natives! {
    i8: AsLong AsDouble AsDecimal;
    i16: AsLong AsDouble AsDecimal;
    i32: AsLong AsDouble AsDecimal;
    i64: AsLong AsDouble AsDecimal AsDate;
    u8: AsLong AsDouble AsDecimal;
    u16: AsLong AsDouble AsDecimal;
    u32: AsLong AsDouble AsDecimal;
    u64: AsLong AsDouble AsDecimal;
    isize: AsLong AsDouble AsDecimal;
    usize: AsLong AsDouble AsDecimal;
    f32: AsDouble AsDecimal;
    f64: AsDouble AsDecimal;
    Decimal128: AsDecimal;
    String: AsString AsObjectId;
    Box<str>: AsString AsObjectId;
    Arc<str>: AsString AsObjectId;
    ObjectId: AsObjectId AsString;
    Uuid: AsString;
}
#[cfg(feature = "rust_decimal")]
ordered_natives! { rust_decimal::Decimal: AsDecimal; }
impl<M> Ordered for Native<Id<M>, AsObjectId> {
    type Value = Self;
}
impl<M> Ordered for Native<Id<M>, AsString> {
    type Value = Self;
}

/// Texts that spell moments are in the order of time, as they are read.
macro_rules! ordered_spellings {
    ($($rust:ty),*) => { $(
        impl Ordered for Native<$rust, AsDate> {
            type Value = Self;

            fn is_finer(value: &Self) -> bool {
                is_finer_text(value.get())
            }
        }
    )* };
}
ordered_spellings!(String, Box<str>, Arc<str>);

impl<T: Ordered> Ordered for Option<T> {
    type Value = T::Value;

    fn is_finer(value: &T::Value) -> bool {
        T::is_finer(value)
    }
}

/// Text.
#[diagnostic::on_unimplemented(message = "`{Self}` is not text", label = "`contains`, `starts_with` and `ends_with` need a string")]
pub trait Text {
    /// `T`, or an `Option` of it where the text is an `Option`.
    type Of<T: FieldType>: FieldType;
}
macro_rules! text {
    ($($rust:ty),*) => { $( impl Text for $rust { type Of<T: FieldType> = T; } )* };
}
text!(
    String, Box<str>, Arc<str>, Cow<'static, str>, char, Native<String, AsString>, Native<Box<str>, AsString>, Native<Arc<str>, AsString>
);
impl<T: Text> Text for Option<T> {
    type Of<U: FieldType> = U::Optional;
}

/// Text, or a list of texts: what a text index looks through.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no words to search",
    label = "a text index is over strings and lists of strings, each perhaps in an `Option`"
)]
pub trait Texts {}
macro_rules! texts {
    ($($text:ty),*; $($list:ident)*) => {
        $( impl Texts for $text {} )*
        $( impl<T: Text> Texts for $list<T> {} )*
    };
}
texts!(
    String, Box<str>, Arc<str>, Cow<'static, str>, char, Native<String, AsString>, Native<Box<str>, AsString>, Native<Arc<str>, AsString>;
    Vec VecDeque HashSet BTreeSet
);
impl<T: Text, const N: usize> Texts for [T; N] {}

/// A moment by which the server can delete a document, or a list of them, of which the first one counts.
#[diagnostic::on_unimplemented(
    message = "the server deletes no document by a `{Self}`",
    label = "`expire_after` needs a field that is stored as a Date, or a list of them"
)]
pub trait Expiring {}
macro_rules! expiring {
    ($($moment:ty),*; $($list:ident)*) => {
        $( impl Expiring for $moment {} )*
        $( impl<T: Expiring> Expiring for $list<T> {} )*
    };
}
expiring!(bson::DateTime, DateTime<Utc>, SystemTime; Option Vec VecDeque HashSet BTreeSet);
#[cfg(feature = "jiff")]
expiring!(jiff::Timestamp;);
#[cfg(feature = "time")]
expiring!(time::OffsetDateTime;);
impl<T> Expiring for Native<T, AsDate> {}

/// A place on the earth that a `2dsphere` index keeps, on a path of this kind: of a list it keeps what is inside of its composites.
#[diagnostic::on_unimplemented(
    message = "a `2dsphere` index keeps no `{Self}`",
    label = "it is over a `Point`, a `LineString` or a `Polygon` of `chakra::model`, of which each composite in a list may have one"
)]
pub trait Spherical<K> {}
macro_rules! spherical {
    ($($place:ty),*) => { $(
        impl<K> Spherical<K> for $place {}
        impl Spherical<Many> for Vec<$place> {}
        impl Spherical<Many> for Vec<Option<$place>> {}
    )* };
}
spherical!(Point, LineString, Polygon);

/// Kinds of paths that lead to one value in a document, of which a hash can be made.
#[diagnostic::on_unimplemented(
    message = "a hashed index has one value of each document",
    label = "this path leads through a list, which has many"
)]
pub trait OneValue {}
macro_rules! one_value {
    ($($kind:ident)*) => { $( impl OneValue for $kind {} )* };
}
one_value!(Plain Defaulted Unique Identity Linked);

/// A number that an update can calculate with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number",
    label = "`inc`, `mul` and the changes of bits need a number, or an `Option` of one"
)]
pub trait Number: FieldType {
    /// The type without its `Option`.
    type Value: crate::codec::Encode;
}
macro_rules! numbers {
    ($($rust:ty),*) => { $( impl Number for $rust { type Value = Self; } )* };
}
numbers!(i8, i16, i32, i64, u8, u16, u32, u64, isize, usize, f32, f64, Decimal128, Native<Decimal128, AsDecimal>);
/// Not as a Decimal128, nor `rust_decimal::Decimal`: the kind has no range that would keep a sum within the Rust type.
macro_rules! native_numbers {
    ($($native:ident: $($rust:ident)*;)*) => { $( $( impl Number for Native<$rust, $native> { type Value = Self; } )* )* };
}
native_numbers! {
    AsLong: i8 i16 i32 i64 u8 u16 u32 u64 isize usize;
    AsDouble: i8 i16 i32 i64 u8 u16 u32 u64 isize usize f32 f64;
}
impl<T: Number> Number for Option<T> {
    type Value = T::Value;
}

/// A moment that the server's clock can be put into.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a date",
    label = "`current_date` needs a field that is stored as a Date or a Timestamp"
)]
pub trait Dated {
    /// `T`, or an `Option` of it where the moment is an `Option`.
    type Of<T: FieldType>: FieldType;
}
macro_rules! dated {
    ($($rust:ty),*) => { $( dated!(@ $rust, Native<$rust, AsDate>, Native<$rust, AsTimestamp>); )* };
    (@ $($rust:ty),*) => { $( impl Dated for $rust { type Of<T: FieldType> = T; } )* };
}
dated!(bson::DateTime, DateTime<Utc>, SystemTime);
#[cfg(feature = "jiff")]
dated!(jiff::Timestamp);
#[cfg(feature = "time")]
dated!(time::OffsetDateTime);
dated!(@ Timestamp);
impl<T: Dated> Dated for Option<T> {
    type Of<U: FieldType> = U::Optional;
}

/// A list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list",
    label = "this needs a list: `Vec`, `VecDeque`, `HashSet`, `BTreeSet` or an array"
)]
pub trait List {
    /// The type of its items.
    type Item: FieldType;
    /// `T`, or an `Option` of it where the list is an `Option`.
    type Of<T: FieldType>: FieldType;
}
macro_rules! lists {
    ($($list:ident)*) => { $( impl<T: FieldType> List for $list<T> { type Item = T; type Of<U: FieldType> = U; } )* };
}
lists!(Vec VecDeque HashSet BTreeSet);
impl<T: FieldType, const N: usize> List for [T; N] {
    type Item = T;
    type Of<U: FieldType> = U;
}
impl<L: List> List for Option<L> {
    type Item = L::Item;
    type Of<U: FieldType> = U::Optional;
}

/// A list that an update can append to: a set would get items twice and lose its order.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be appended to", label = "`push` and `pop` need a `Vec` or `VecDeque`")]
pub trait Sequence: List {}
impl<T: FieldType> Sequence for Vec<T> {}
impl<T: FieldType> Sequence for VecDeque<T> {}
impl<L: Sequence> Sequence for Option<L> {}

/// A list whose number of items an update can change.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list that items can be added to or taken out of",
    label = "this needs a `Vec`, `VecDeque`, `HashSet` or `BTreeSet`"
)]
pub trait Resizable: List {}
macro_rules! resizable {
    ($($list:ident)*) => { $( impl<T: FieldType> Resizable for $list<T> {} )* };
}
resizable!(Vec VecDeque HashSet BTreeSet);
impl<L: Resizable> Resizable for Option<L> {}

/// A list whose items an update can change where they are: a set would get items twice.
#[diagnostic::on_unimplemented(
    message = "the items of `{Self}` cannot be changed where they are",
    label = "`update_where` needs a list of composites that is always there: `Vec`, `VecDeque` or an array"
)]
pub trait Elements: List {}
impl<T: FieldType> Elements for Vec<T> {}
impl<T: FieldType> Elements for VecDeque<T> {}
impl<T: FieldType, const N: usize> Elements for [T; N] {}

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
// Of a field with a default the default is the reason, whatever its type; two would leave the compiler a choice.
macro_rules! unsettable {
    ($($kind:ident)*) => { $(
        unsettable!(@ $kind: [T] Option<T>, [T] Vec<T>, [T] VecDeque<T>, [T] HashSet<T>, [T] BTreeSet<T>, [T, V, S] HashMap<T, V, S>,
            [T, V] BTreeMap<T, V>);
        #[cfg(feature = "indexmap")]
        unsettable!(@ $kind: [T, V, S] IndexMap<T, V, S>);
    )* };
    (@ $kind:ident: $([$($parameter:ident),*] $absent:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($parameter),*> Unsettable<$kind, ByType> for $absent {}
    )* };
}
unsettable!(Plain Unique Identity Linked Many Flattened);
#[diagnostic::do_not_recommend]
impl<T> Unsettable<Defaulted, ByDefault> for T {}
