//! The operators of lists.

use crate::{
    codec::Encode,
    model::Composite,
    query::{Filter, IntoFilter, IntoValue, List, Path, RawPath, Whole, expr::Test},
};
use std::{fmt, marker::PhantomData};

impl<R, T, K> Path<R, T, K> {
    /// A list with `value` in it.
    pub fn has<V>(&self, value: impl IntoValue<T::Item, V>) -> Filter<R>
    where
        T: List<Item: Encode>,
    {
        self.test_value(&value.into_value(), Test::Has)
    }

    /// A list with all of `values` in it; true where there are none.
    pub fn has_every<I: IntoIterator, V>(&self, values: I) -> Filter<R>
    where
        T: List<Item: Encode>,
        I::Item: IntoValue<T::Item, V>,
    {
        self.test_values(values.into_iter().map(IntoValue::into_value), Test::HasEvery)
    }

    /// A list with one of `values` in it; false where there are none.
    pub fn has_some<I: IntoIterator, V>(&self, values: I) -> Filter<R>
    where
        T: List<Item: Encode>,
        I::Item: IntoValue<T::Item, V>,
    {
        self.test_values(values.into_iter().map(IntoValue::into_value), Test::HasSome)
    }

    /// A list without items; an `Option` of a list has to be some.
    pub fn is_empty(&self) -> Filter<R>
    where
        T: List,
        K: Whole,
    {
        self.test(Test::Len(0))
    }

    /// How many items there are: `User::tags.len().gt(2)`.
    pub fn len(&self) -> Length<R, T>
    where
        T: List,
        K: Whole,
    {
        Length { path: self.raw.clone(), marker: PhantomData }
    }

    /// A list with one of the composites matching `filter`; false of an empty list.
    pub fn some(&self, filter: impl IntoFilter<T::Item>) -> Filter<R>
    where
        T: List<Item: Composite>,
        K: Whole,
    {
        self.test(Test::Some(Box::new(filter.into_filter().expr)))
    }

    /// A list with all of the composites matching `filter`; true of an empty list.
    pub fn every(&self, filter: impl IntoFilter<T::Item>) -> Filter<R>
    where
        T: List<Item: Composite>,
        K: Whole,
    {
        !self.test(Test::Some(Box::new(filter.into_filter().expr.negate())))
    }

    /// A list with none of the composites matching `filter`; true of an empty list.
    pub fn none(&self, filter: impl IntoFilter<T::Item>) -> Filter<R>
    where
        T: List<Item: Composite>,
        K: Whole,
    {
        !self.some(filter)
    }
}

/// The number of items of a list of type `T`.
pub struct Length<R, T> {
    path: RawPath,
    marker: PhantomData<fn() -> (R, T)>,
}

impl<R, T> fmt::Debug for Length<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Length({})", self.path.stored())
    }
}

impl<R, T> Length<R, T> {
    pub(in crate::query) fn into_path(self) -> RawPath {
        self.path
    }

    fn test(&self, test: Test) -> Filter<R> {
        Path::<R, ()>::from_raw(self.path.clone()).test(test)
    }

    fn at_least(&self, n: Option<u32>) -> Filter<R> {
        match n {
            Some(n) => self.test(Test::LenAtLeast(n)),
            // No list is longer than a `u32` can count.
            None => Filter::any_of([]),
        }
    }

    /// Exactly `n` items.
    pub fn eq(&self, n: u32) -> Filter<R> {
        self.test(Test::Len(n))
    }

    /// Any other number of items; true of `None`.
    pub fn ne(&self, n: u32) -> Filter<R> {
        !self.eq(n)
    }

    /// Fewer than `n` items; false of `None`.
    pub fn lt(&self, n: u32) -> Filter<R> {
        self.at_least(Some(0)) & !self.at_least(Some(n))
    }

    /// At most `n` items; false of `None`.
    pub fn lte(&self, n: u32) -> Filter<R> {
        self.at_least(Some(0)) & !self.at_least(n.checked_add(1))
    }

    /// More than `n` items; false of `None`.
    pub fn gt(&self, n: u32) -> Filter<R> {
        self.at_least(n.checked_add(1))
    }

    /// At least `n` items; false of `None`.
    pub fn gte(&self, n: u32) -> Filter<R> {
        self.at_least(Some(n))
    }
}
