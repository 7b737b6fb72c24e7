//! `eq`, `ne`, `in_` and `not_in`.

use crate::{
    codec::Encode,
    model::{FieldType, Root},
    query::{
        Defaulted, Filter, Identity, IntoValue, Linked, Path, Plain, RawPath, UniqueFilter, Whole,
        expr::{PathTest, Test},
        path::Unique,
    },
};
use std::marker::PhantomData;

/// What a path is compared with: a value of its type, what converts to one without loss, or another path of the same document.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for a field of type `{T}`",
    label = "expected `{T}`, what converts to it without loss, or another path of that type"
)]
pub trait Operand<R, T, Via> {
    /// The value or the path.
    fn into_operand(self) -> Given<T>;
}

/// An operand as it was given.
#[derive(Debug)]
pub enum Given<T> {
    /// A value.
    Value(T),
    /// A path, whose value is meant.
    Path(RawPath),
}

/// By being a value.
#[derive(Debug)]
pub struct OfValue<V>(PhantomData<V>);
/// By being a path.
#[derive(Debug)]
pub enum OfPath {}

#[diagnostic::do_not_recommend]
impl<R, T, V, S: IntoValue<T, V>> Operand<R, T, OfValue<V>> for S {
    fn into_operand(self) -> Given<T> {
        Given::Value(self.into_value())
    }
}
#[diagnostic::do_not_recommend]
impl<R, T: FieldType, U: FieldType<Present = T::Present>, K: Whole> Operand<R, T, OfPath> for Path<R, U, K> {
    fn into_operand(self) -> Given<T> {
        // Documents compare by their fields, lists by their items; the server has one comparison for both sides, of whole values.
        const { assert!(U::KIND.is_scalar(), "two paths can be compared where their values are scalar: compare their fields or items") };
        Given::Path(self.raw)
    }
}

impl<R, T, K> Path<R, T, K> {
    fn equals(&self, operand: &impl Encode) -> Filter<R> {
        self.test_value(operand, Test::Eq)
    }

    fn equals_given<U: Encode>(&self, operand: Given<U>) -> Filter<R> {
        match operand {
            Given::Value(value) => self.equals(&value),
            Given::Path(path) => self.test_path(PathTest::Eq, path),
        }
    }
}

macro_rules! plain_eq {
    ($($kind:ident)*) => { $(
        impl<R: Root, T: FieldType + Encode> Path<R, T, $kind> {
            /// Equal to `value`, or to what stands at another path. `eq(None)` is null or missing.
            pub fn eq<V>(&self, value: impl Operand<R, T, V>) -> Filter<R> {
                self.equals_given(value.into_operand())
            }
        }
    )* };
}
plain_eq!(Plain Defaulted Linked);

macro_rules! unique_eq {
    ($($kind:ident)*) => { $(
        impl<R: Root, T: FieldType<Present: Encode>> Path<R, T, $kind> {
            /// The document with this value. It takes a present value only, since many documents may lack one; `.path().eq(None)` finds those.
            pub fn eq<V>(&self, value: impl IntoValue<T::Present, V>) -> UniqueFilter<R> {
                UniqueFilter::one(self.raw.clone(), &value.into_value())
            }
        }
    )* };
}
unique_eq!(Unique Identity);

impl<R: Root, T: FieldType + Encode, K: Whole> Path<R, T, K> {
    /// Not equal to `value`, or to what stands at another path; `None` is not equal to anything but `None`.
    pub fn ne<V>(&self, value: impl Operand<R, T, V>) -> Filter<R> {
        !self.equals_given(value.into_operand())
    }

    /// Equal to one of `values`; to none where there are none.
    pub fn in_<I: IntoIterator, V>(&self, values: I) -> Filter<R>
    where
        I::Item: IntoValue<T, V>,
    {
        self.test_values(values.into_iter().map(IntoValue::into_value), Test::In)
    }

    /// Equal to none of `values`.
    pub fn not_in<I: IntoIterator, V>(&self, values: I) -> Filter<R>
    where
        I::Item: IntoValue<T, V>,
    {
        !self.in_(values)
    }
}
