//! [`Agg`]: a value over many documents, typed, over an untyped [`Aggregate`].
//!
//! Made by [`count`], [`count_of`], [`sum`], [`avg`], [`min`], [`max`], [`first_of`], [`last_of`], [`list_of`] and [`set_of`]; `render` makes accumulators of them, and the verbs read what the
//! server answers by [`Aggregates`]. Each takes what the model reads at its path, as filters do: `None`, which is null or missing, is left
//! out, and a missing field with a constant default counts as that.

use super::{
    capability::Ordered,
    computed::Computes,
    path::{Path, RawPath, Whole},
    term::Term,
};
use crate::{
    Error, Result,
    codec::{AsDecimal, AsDouble, AsLong, Decode, DecodeError, Native, Raw, tag},
    model::{FieldType, Root},
    schema::Schema,
};
use bson::{Bson, Decimal128};
use std::{fmt, marker::PhantomData, slice};

/// A value over many documents, without its types.
#[derive(Clone, Debug, PartialEq)]
pub enum Aggregate {
    /// How many documents there are.
    Count,
    /// In how many the path is some.
    CountOf(RawPath),
    /// What the values add up to.
    Sum {
        /// Which.
        of: Term,
        /// Whether the Rust type is one of whole numbers, whatever stores it.
        whole: bool,
    },
    /// What they are on average.
    Avg(Term),
    /// The least of them.
    Min(Term),
    /// The greatest of them.
    Max(Term),
    /// That of the first document.
    First(Term),
    /// That of the last document.
    Last(Term),
    /// All of them, in the order of the documents.
    List(Term),
    /// Each of them once, in no order.
    Set(Term),
}

impl Aggregate {
    /// Which values it is over; nothing for a count.
    pub(crate) fn term(&self) -> Option<&Term> {
        match self {
            Self::Count | Self::CountOf(_) => None,
            Self::Sum { of, .. }
            | Self::Avg(of)
            | Self::Min(of)
            | Self::Max(of)
            | Self::First(of)
            | Self::Last(of)
            | Self::List(of)
            | Self::Set(of) => Some(of),
        }
    }

    /// The path that stands for it in messages; nothing for a count of documents.
    fn path(&self) -> Option<&RawPath> {
        match self {
            Self::CountOf(path) => Some(path),
            other => other.term().and_then(Term::path),
        }
    }

    /// The stored path, empty for a count of documents.
    pub(super) fn stored(&self) -> &str {
        self.path().map_or("", RawPath::stored)
    }

    /// What the server would answer of no document, of which it has no row.
    pub(crate) fn of_nothing(&self) -> Bson {
        match self {
            Self::Count | Self::CountOf(_) | Self::Sum { .. } => Bson::Int32(0),
            Self::Avg(_) | Self::Min(_) | Self::Max(_) | Self::First(_) | Self::Last(_) => Bson::Null,
            Self::List(_) | Self::Set(_) => Bson::Array(Vec::new()),
        }
    }
}

/// A value over many documents of `M` that reads as a `T`.
///
/// [`Db::aggregate`](crate::Db::aggregate) takes it over all documents that match, [`Db::group_by`](crate::Db::group_by) over those of each
/// group, also in conditions on groups (`sum(Order::total).gt(100)`) and in their order (`.desc()`).
pub struct Agg<M, T> {
    pub(super) aggregate: Aggregate,
    read: fn(&Raw<'_>) -> Result<T, Unread>,
    marker: PhantomData<fn() -> M>,
}

impl<M, T> Agg<M, T> {
    fn new(aggregate: Aggregate, read: fn(&Raw<'_>) -> Result<T, Unread>) -> Self {
        Self { aggregate, read, marker: PhantomData }
    }
}

/// The number of documents. Sent as `{"$sum": 1}`.
#[must_use]
pub fn count<M>() -> Agg<M, u64> {
    Agg::new(Aggregate::Count, read_count)
}

/// The number of documents in which `path` is some. Sent as `{"$sum": {"$cond": [{"$gt": [path, null]}, 1, 0]}}`.
#[must_use]
pub fn count_of<M: Root, T, K: Whole>(path: Path<M, Option<T>, K>) -> Agg<M, u64> {
    Agg::new(Aggregate::CountOf(path.raw), read_count)
}

/// The sum of the values: an `i64` of integers, an `f64` of `f32` and `f64`, a `Decimal128` of decimals. The sum of nothing is 0.
///
/// Sent as `{"$sum": path}`; of integers that are stored as Doubles as `{"$sum": {"$toLong": path}}`. The server adds floating numbers with
/// the precision of two Doubles and rounds once, so their order makes no difference, and NaN makes the sum NaN.
///
/// A sum of integers is exact. One beyond an `i64` is [`Error::Overflow`], never a Double that lost digits; so is one of 2^53 or more
/// over documents of which some hold an integer as a Double that the model does not declare so, since the server then adds Doubles.
#[must_use]
pub fn sum<V: Computes<Type: Summed>>(value: V) -> Agg<V::Root, <V::Type as Summed>::Sum> {
    let whole = <<V::Type as Summed>::Sum as Total>::WHOLE;
    Agg::new(Aggregate::Sum { of: value.into_term(), whole }, <<V::Type as Summed>::Sum as Total>::read_total)
}

/// The average of the values: an `f64`, of decimals a `Decimal128`. Of nothing there is none. Sent as `{"$avg": path}`.
#[must_use]
pub fn avg<V: Computes<Type: Summed>>(value: V) -> Agg<V::Root, Option<<<V::Type as Summed>::Sum as Total>::Average>> {
    Agg::new(Aggregate::Avg(value.into_term()), read_some)
}

/// The least value: the first in ascending order that is some. Of nothing there is none. Sent as `{"$min": path}`.
///
/// As in the order of documents, NaN is less than every number. Of a field that is stored as another type it is a
/// [`Native`], whose `into_inner` is the value.
#[must_use]
pub fn min<V: Computes<Type: Ordered<Value: for<'a> Decode<'a>>>>(value: V) -> Agg<V::Root, Option<<V::Type as Ordered>::Value>> {
    Agg::new(Aggregate::Min(value.into_term()), read_some)
}

/// The greatest value: the first in descending order. Of nothing there is none. Sent as `{"$max": path}`.
///
/// As in the order of documents, NaN is less than every number, so it is the greatest only of nothing else. Of a field that is stored as
/// another type it is a [`Native`], whose `into_inner` is the value.
#[must_use]
pub fn max<V: Computes<Type: Ordered<Value: for<'a> Decode<'a>>>>(value: V) -> Agg<V::Root, Option<<V::Type as Ordered>::Value>> {
    Agg::new(Aggregate::Max(value.into_term()), read_some)
}

/// The value of the first document, in the order in which the documents come. Sent as `{"$first": path}`.
///
/// In a pipeline that is the order of a [`sort`](crate::action::Pipeline::sort) before it; without one it is no order to rely on. A group has a
/// first document; where [`Db::aggregate`](crate::Db::aggregate) finds none at all, this cannot be read and is
/// [`Error::Decode`](crate::Error::Decode), but for what may be absent: `find_first` with `select` says the same with an `Option`.
#[must_use]
pub fn first_of<V: Computes<Type: for<'a> Decode<'a>>>(value: V) -> Agg<V::Root, V::Type> {
    Agg::new(Aggregate::First(value.into_term()), read_value)
}

/// The value of the last document, in the order in which the documents come, as [`first_of`]. Sent as `{"$last": path}`.
#[must_use]
pub fn last_of<V: Computes<Type: for<'a> Decode<'a>>>(value: V) -> Agg<V::Root, V::Type> {
    Agg::new(Aggregate::Last(value.into_term()), read_value)
}

/// The values of all documents, in the order in which they come. Sent as `{"$push": path}`.
///
/// No document of the server's, and so no list, is larger than 16 MiB: one that grows beyond is an error.
#[must_use]
pub fn list_of<V: Computes<Type: FieldType + for<'a> Decode<'a>>>(value: V) -> Agg<V::Root, Vec<V::Type>> {
    Agg::new(Aggregate::List(value.into_term()), read_value)
}

/// Each value of the documents once, in no order. Sent as `{"$addToSet": path}`; no list is larger than 16 MiB.
#[must_use]
pub fn set_of<V: Computes<Type: FieldType + for<'a> Decode<'a>>>(value: V) -> Agg<V::Root, Vec<V::Type>> {
    const {
        // The server tells documents apart by the order of their fields.
        assert!(<V::Type as FieldType>::KIND.is_scalar(), "a set is of scalar values: take the fields of a composite");
    }
    Agg::new(Aggregate::Set(value.into_term()), read_value)
}

/// A number that can be added up.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number", label = "`sum` and `avg` need a number, or an `Option` of one")]
pub trait Summed {
    /// What a sum of them is.
    type Sum: Total;
    /// `T`, or an `Option` of it where the number is an `Option`.
    type Of<T: FieldType>: FieldType;
}

macro_rules! summed {
    ($($sum:ty: $($rust:ty)*;)*) => { $( $( impl Summed for $rust { type Sum = $sum; type Of<T: FieldType> = T; } )* )* };
}
summed! {
    i64: i8 i16 i32 i64 u8 u16 u32 u64 isize usize;
    f64: f32 f64 Native<f32, AsDouble> Native<f64, AsDouble>;
    Decimal128: Decimal128 Native<Decimal128, AsDecimal>;
}
#[cfg(feature = "rust_decimal")]
summed! { Decimal128: rust_decimal::Decimal Native<rust_decimal::Decimal, AsDecimal>; }
macro_rules! summed_natives {
    ($($rust:ident)*) => { $(
        summed! { i64: Native<$rust, AsLong> Native<$rust, AsDouble>; }
    )* };
}
summed_natives!(i8 i16 i32 i64 u8 u16 u32 u64 isize usize);
impl<T: Summed> Summed for Option<T> {
    type Sum = T::Sum;
    type Of<U: FieldType> = U::Optional;
}

/// The type of a sum.
pub trait Total: Sized {
    /// The type of the average.
    type Average: for<'a> Decode<'a>;
    #[doc(hidden)]
    const WHOLE: bool = false;
    #[doc(hidden)]
    fn read_total(raw: &Raw<'_>) -> Result<Self, Unread>;
}

impl Total for i64 {
    type Average = f64;
    const WHOLE: bool = true;

    fn read_total(raw: &Raw<'_>) -> Result<Self, Unread> {
        // From 2^53 on a Double stands for several whole numbers, and the server gives one for a sum that no Int64 holds.
        const MOST: f64 = 9_007_199_254_740_992.0;
        if raw.tag() == tag::DOUBLE {
            let sum = f64::decode(raw)?;
            if sum.fract() == 0.0 && sum.abs() >= MOST {
                return Err(Unread::Overflow);
            }
        }
        Ok(Self::decode(raw)?)
    }
}
impl Total for f64 {
    type Average = Self;

    #[allow(clippy::cast_precision_loss)]
    fn read_total(raw: &Raw<'_>) -> Result<Self, Unread> {
        // Where all numbers are stored as integers, so is their sum; as a Double it is rounded as every other sum is.
        Ok(if raw.tag() == tag::INT64 { i64::decode(raw)? as Self } else { Self::decode(raw)? })
    }
}
impl Total for Decimal128 {
    type Average = Self;

    fn read_total(raw: &Raw<'_>) -> Result<Self, Unread> {
        Ok(Self::decode(raw)?)
    }
}

fn read_count(raw: &Raw<'_>) -> Result<u64, Unread> {
    Ok(u64::decode(raw)?)
}

fn read_some<T: for<'a> Decode<'a>>(raw: &Raw<'_>) -> Result<Option<T>, Unread> {
    Ok(if raw.is_null() { None } else { Some(T::decode(raw)?) })
}

fn read_value<T: for<'a> Decode<'a>>(raw: &Raw<'_>) -> Result<T, Unread> {
    if raw.is_null() {
        return T::absent().ok_or_else(|| DecodeError::new("a value", "nothing").into());
    }
    Ok(T::decode(raw)?)
}

/// Why a result cannot be read.
#[derive(Debug)]
pub enum Unread {
    /// It is not what the model says.
    Value(DecodeError),
    /// No integer holds it.
    Overflow,
}
impl From<DecodeError> for Unread {
    fn from(error: DecodeError) -> Self {
        Self::Value(error)
    }
}

/// The results of one row, in the order in which they were asked for.
#[derive(Debug)]
pub struct Results<'r> {
    schema: &'static Schema,
    row: Raw<'r>,
    names: slice::Iter<'r, String>,
}

impl<'r> Results<'r> {
    /// The fields `names` of `row`.
    pub(crate) fn new(schema: &'static Schema, row: Raw<'r>, names: &'r [String]) -> Self {
        Self { schema, row, names: names.iter() }
    }

    /// The next one, which stands for the values at `path`.
    pub(super) fn read<T>(&mut self, path: &str, read: impl FnOnce(&Raw<'_>) -> Result<T, Unread>) -> Result<T> {
        let value = self.names.next().map_or(Ok(None), |name| self.row.get(name));
        let read = match value {
            Ok(Some(value)) => read(&value),
            Ok(None) => Err(DecodeError::new("a value", "nothing").into()),
            Err(error) => Err(error.into()),
        };
        read.map_err(|unread| match unread {
            // A row is no document, and its `_id` is that of none.
            Unread::Value(error) => Error::decode(self.schema, &[], if path.is_empty() { error } else { error.at(path) }),
            Unread::Overflow => Error::Overflow { model: self.schema.model, path: path.into() },
        })
    }
}

/// One aggregate, or a tuple of up to eight of them, with the type of their results.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate of `{M}`",
    label = "expected an aggregate, such as `count()` or `sum(path)`, or a tuple of up to eight of them"
)]
pub trait Aggregates<M>: Send + 'static {
    /// What they read as.
    type Out;
    #[doc(hidden)]
    fn list(&self) -> Vec<Aggregate>;
    #[doc(hidden)]
    fn read(&self, results: &mut Results<'_>) -> Result<Self::Out>;
}

#[diagnostic::do_not_recommend]
impl<M: 'static, T: 'static> Aggregates<M> for Agg<M, T> {
    type Out = T;

    fn list(&self) -> Vec<Aggregate> {
        vec![self.aggregate.clone()]
    }

    fn read(&self, results: &mut Results<'_>) -> Result<T> {
        results.read(self.aggregate.stored(), self.read)
    }
}

macro_rules! tuples {
    ($($aggregates:ident $name:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<M, $($aggregates: Aggregates<M>),*> Aggregates<M> for ($($aggregates,)*) {
            type Out = ($($aggregates::Out,)*);

            fn list(&self) -> Vec<Aggregate> {
                let ($($name,)*) = self;
                let mut list = Vec::new();
                $(list.extend($name.list());)*
                list
            }

            fn read(&self, results: &mut Results<'_>) -> Result<Self::Out> {
                let ($($name,)*) = self;
                // A tuple is read from left to right.
                Ok(($($name.read(results)?,)*))
            }
        }
    };
}
tuples!(A a);
tuples!(A a, B b);
tuples!(A a, B b, C c);
tuples!(A a, B b, C c, D d);
tuples!(A a, B b, C c, D d, E e);
tuples!(A a, B b, C c, D d, E e, F f);
tuples!(A a, B b, C c, D d, E e, F f, G g);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h);

impl<M, T> Clone for Agg<M, T> {
    fn clone(&self) -> Self {
        Self::new(self.aggregate.clone(), self.read)
    }
}
impl<M, T> fmt::Debug for Agg<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.aggregate {
            Aggregate::Count => return f.write_str("count()"),
            Aggregate::CountOf(_) => "count_of",
            Aggregate::Sum { .. } => "sum",
            Aggregate::Avg(_) => "avg",
            Aggregate::Min(_) => "min",
            Aggregate::Max(_) => "max",
            Aggregate::First(_) => "first_of",
            Aggregate::Last(_) => "last_of",
            Aggregate::List(_) => "list_of",
            Aggregate::Set(_) => "set_of",
        };
        write!(f, "{name}({})", self.aggregate.stored())
    }
}
