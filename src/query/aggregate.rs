//! [`Agg`]: a value over many documents, typed, over an untyped [`Aggregate`].
//!
//! Made by [`count`], [`count_of`], [`sum`], [`avg`], [`min`] and [`max`]; `render` makes accumulators of them, and the verbs read what the
//! server answers by [`Aggregates`]. Each takes what the model reads at its path, as filters do: `None`, which is null or missing, is left
//! out, and a missing field with a constant default counts as that.

use super::{
    capability::Ordered,
    path::{Path, RawPath, Whole},
};
use crate::{
    Error, Result,
    codec::{AsDecimal, AsDouble, AsLong, Decode, DecodeError, Native, Raw, tag},
    model::Root,
    schema::Schema,
};
use bson::{Bson, Decimal128};
use std::{fmt, marker::PhantomData, slice};

/// A value over many documents, without its types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// How many documents there are.
    Count,
    /// In how many the path is some.
    CountOf(RawPath),
    /// What the values add up to.
    Sum {
        /// Where they are.
        path: RawPath,
        /// Whether the Rust type is one of whole numbers, whatever stores it.
        whole: bool,
    },
    /// What they are on average.
    Avg(RawPath),
    /// The least of them.
    Min(RawPath),
    /// The greatest of them.
    Max(RawPath),
}

impl Aggregate {
    /// Where its values are; nothing for a count of documents.
    pub(crate) fn path(&self) -> Option<&RawPath> {
        match self {
            Self::Count => None,
            Self::CountOf(path) | Self::Sum { path, .. } | Self::Avg(path) | Self::Min(path) | Self::Max(path) => Some(path),
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
            Self::Avg(_) | Self::Min(_) | Self::Max(_) => Bson::Null,
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
pub fn sum<M: Root, T: Summed, K: Whole>(path: Path<M, T, K>) -> Agg<M, T::Sum> {
    Agg::new(Aggregate::Sum { path: path.raw, whole: T::Sum::WHOLE }, T::Sum::read_total)
}

/// The average of the values: an `f64`, of decimals a `Decimal128`. Of nothing there is none. Sent as `{"$avg": path}`.
#[must_use]
pub fn avg<M: Root, T: Summed, K: Whole>(path: Path<M, T, K>) -> Agg<M, Option<<T::Sum as Total>::Average>> {
    Agg::new(Aggregate::Avg(path.raw), read_some)
}

/// The least value: the first in ascending order that is some. Of nothing there is none. Sent as `{"$min": path}`.
///
/// As in the order of documents, NaN is less than every number. Of a field that is stored as another type it is a
/// [`Native`], whose `into_inner` is the value.
#[must_use]
pub fn min<M: Root, T: Ordered<Value: for<'a> Decode<'a>>, K: Whole>(path: Path<M, T, K>) -> Agg<M, Option<T::Value>> {
    Agg::new(Aggregate::Min(path.raw), read_some)
}

/// The greatest value: the first in descending order. Of nothing there is none. Sent as `{"$max": path}`.
///
/// As in the order of documents, NaN is less than every number, so it is the greatest only of nothing else. Of a field that is stored as
/// another type it is a [`Native`], whose `into_inner` is the value.
#[must_use]
pub fn max<M: Root, T: Ordered<Value: for<'a> Decode<'a>>, K: Whole>(path: Path<M, T, K>) -> Agg<M, Option<T::Value>> {
    Agg::new(Aggregate::Max(path.raw), read_some)
}

/// A number that can be added up.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number", label = "`sum` and `avg` need a number, or an `Option` of one")]
pub trait Summed {
    /// What a sum of them is.
    type Sum: Total;
}

macro_rules! summed {
    ($($sum:ty: $($rust:ty)*;)*) => { $( $( impl Summed for $rust { type Sum = $sum; } )* )* };
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
        impl Summed for Native<$rust, AsLong> {
            type Sum = i64;
        }
        impl Summed for Native<$rust, AsDouble> {
            type Sum = i64;
        }
    )* };
}
summed_natives!(i8 i16 i32 i64 u8 u16 u32 u64 isize usize);
impl<T: Summed> Summed for Option<T> {
    type Sum = T::Sum;
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
    label = "expected `count()`, `count_of(path)`, `sum(path)`, `avg(path)`, `min(path)`, `max(path)`, or a tuple of up to eight of them"
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
        };
        write!(f, "{name}({})", self.aggregate.stored())
    }
}
