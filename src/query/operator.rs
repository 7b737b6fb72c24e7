//! The operators of a path, each giving a filter.
//!
//! Bounds stand on the methods, so that a missing capability is said in its own words.

use super::{
    capability::{List, Optional, Ordered, Text},
    expr::{Expr, Order, Test},
    filter::{Filter, IntoFilter},
    key::UniqueFilter,
    path::{Defaulted, Identity, Linked, Path, Plain, Unique, Whole},
    value::IntoValue,
};
use crate::{
    codec::{Encode, to_bson},
    model::{Composite, FieldType, Root},
};
use bson::Bson;

impl<R, T, K> Path<R, T, K> {
    fn test(&self, test: Test) -> Filter<R> {
        Filter::new(Expr::Test(self.raw.0.clone(), test))
    }

    /// A test with an operand that passes the codec first.
    fn test_value(&self, operand: &impl Encode, test: impl FnOnce(Bson) -> Expr) -> Filter<R> {
        match to_bson(operand) {
            Ok(value) => Filter::new(test(value)),
            Err(error) => Filter::new(Expr::Fault(self.stored().to_owned(), error)),
        }
    }

    fn equals(&self, operand: &impl Encode) -> Filter<R> {
        self.test_value(operand, |value| Expr::Test(self.raw.0.clone(), Test::Eq(value)))
    }

    fn compare(&self, order: Order, operand: &impl Encode) -> Filter<R> {
        self.test_value(operand, |value| Expr::Test(self.raw.0.clone(), Test::Compare(order, value)))
    }
}

macro_rules! plain_eq {
    ($($kind:ident)*) => { $(
        impl<R: Root, T: FieldType + Encode> Path<R, T, $kind> {
            /// Equal to `value`. `eq(None)` is null or missing.
            pub fn eq<V>(&self, value: impl IntoValue<T, V>) -> Filter<R> {
                self.equals(&value.into_value())
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
                UniqueFilter::one(self.raw.0.clone(), &value.into_value())
            }
        }
    )* };
}
unique_eq!(Unique Identity);

impl<R: Root, T: FieldType + Encode, K: Whole> Path<R, T, K> {
    /// Not equal to `value`; `None` is not equal to anything but `None`.
    pub fn ne<V>(&self, value: impl IntoValue<T, V>) -> Filter<R> {
        !self.equals(&value.into_value())
    }

    /// Equal to one of `values`; to none where there are none.
    pub fn in_<I: IntoIterator, V>(&self, values: I) -> Filter<R>
    where
        I::Item: IntoValue<T, V>,
    {
        let values: Result<Vec<Bson>, _> = values.into_iter().map(|value| to_bson(&value.into_value())).collect();
        match values {
            Ok(values) => self.test(Test::In(values)),
            Err(error) => Filter::new(Expr::Fault(self.stored().to_owned(), error)),
        }
    }

    /// Equal to none of `values`.
    pub fn not_in<I: IntoIterator, V>(&self, values: I) -> Filter<R>
    where
        I::Item: IntoValue<T, V>,
    {
        !self.in_(values)
    }
}

impl<R: Root, T, K> Path<R, T, K> {
    /// `None`: null or missing.
    pub fn is_none(&self) -> Filter<R>
    where
        T: Optional,
        K: Whole,
    {
        self.test(Test::IsNone)
    }

    /// Not `None`.
    pub fn is_some(&self) -> Filter<R>
    where
        T: Optional,
        K: Whole,
    {
        !self.test(Test::IsNone)
    }

    /// Less than `value`; false of `None`.
    pub fn lt<V>(&self, value: impl IntoValue<T::Value, V>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        let value = value.into_value();
        // What is stored is cut to milliseconds, so below a finer bound is up to its cut.
        self.compare(if T::is_finer(&value) { Order::Lte } else { Order::Lt }, &value)
    }

    /// Less than `value` or equal; false of `None`.
    pub fn lte<V>(&self, value: impl IntoValue<T::Value, V>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        self.compare(Order::Lte, &value.into_value())
    }

    /// Greater than `value`; false of `None`.
    pub fn gt<V>(&self, value: impl IntoValue<T::Value, V>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        self.compare(Order::Gt, &value.into_value())
    }

    /// Greater than `value` or equal; false of `None`.
    pub fn gte<V>(&self, value: impl IntoValue<T::Value, V>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        let value = value.into_value();
        self.compare(if T::is_finer(&value) { Order::Gt } else { Order::Gte }, &value)
    }

    /// From `low` to `high`, both included; false of `None`.
    pub fn between<V, W>(&self, low: impl IntoValue<T::Value, V>, high: impl IntoValue<T::Value, W>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        self.gte(low.into_value()) & self.lte(high.into_value())
    }

    /// Text with `part` in it, letter by letter; false of `None`.
    pub fn contains(&self, part: impl Into<String>) -> Filter<R>
    where
        T: Text,
        K: Whole,
    {
        self.test(Test::Contains(part.into()))
    }

    /// Text that starts with `part`, letter by letter; false of `None`. An index on the path serves it.
    pub fn starts_with(&self, part: impl Into<String>) -> Filter<R>
    where
        T: Text,
        K: Whole,
    {
        self.test(Test::StartsWith(part.into()))
    }

    /// Text that ends with `part`, letter by letter; false of `None`.
    pub fn ends_with(&self, part: impl Into<String>) -> Filter<R>
    where
        T: Text,
        K: Whole,
    {
        self.test(Test::EndsWith(part.into()))
    }

    /// A list with `value` in it.
    pub fn has<V>(&self, value: impl IntoValue<T::Item, V>) -> Filter<R>
    where
        T: List<Item: Encode>,
    {
        self.test_value(&value.into_value(), |value| Expr::Test(self.raw.0.clone(), Test::Has(value)))
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

    /// A composite that matches `filter`; false of `None`.
    pub fn is(&self, filter: impl IntoFilter<T::Present>) -> Filter<R>
    where
        T: FieldType<Present: Composite>,
        K: Whole,
    {
        self.test(Test::Is(Box::new(filter.into_filter().expr)))
    }

    /// A composite that does not match `filter`; true of `None`.
    pub fn is_not(&self, filter: impl IntoFilter<T::Present>) -> Filter<R>
    where
        T: FieldType<Present: Composite>,
        K: Whole,
    {
        !self.is(filter)
    }
}
