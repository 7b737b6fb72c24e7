//! `lt`, `lte`, `gt`, `gte` and `between`.

use super::equality::{Given, Operand};
use crate::{
    codec::Encode,
    query::{
        Filter, IntoValue, Order, Ordered, Path, Whole,
        expr::{PathTest, Test},
    },
};

impl<R, T: Ordered, K: Whole> Path<R, T, K> {
    fn compare(&self, order: Order, operand: &impl Encode) -> Filter<R> {
        self.test_value(operand, |value| Test::Compare(order, value))
    }

    fn compare_given(&self, order: Order, operand: Given<T::Value>) -> Filter<R> {
        match operand {
            Given::Value(value) => self.compare(if T::is_finer(&value) { order.of_cut() } else { order }, &value),
            Given::Path(path) => self.test_path(PathTest::Compare(order), path),
        }
    }
}

impl<R, T, K> Path<R, T, K> {
    /// Less than `value`, or than what stands at another path; false of `None`.
    pub fn lt<V>(&self, value: impl Operand<R, T::Value, V>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        self.compare_given(Order::Lt, value.into_operand())
    }

    /// Less than `value` or equal, or than what stands at another path; false of `None`.
    pub fn lte<V>(&self, value: impl Operand<R, T::Value, V>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        self.compare_given(Order::Lte, value.into_operand())
    }

    /// Greater than `value`, or than what stands at another path; false of `None`.
    pub fn gt<V>(&self, value: impl Operand<R, T::Value, V>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        self.compare_given(Order::Gt, value.into_operand())
    }

    /// Greater than `value` or equal, or than what stands at another path; false of `None`.
    pub fn gte<V>(&self, value: impl Operand<R, T::Value, V>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        self.compare_given(Order::Gte, value.into_operand())
    }

    /// From `low` to `high`, both included; false of `None`.
    pub fn between<V, W>(&self, low: impl IntoValue<T::Value, V>, high: impl IntoValue<T::Value, W>) -> Filter<R>
    where
        T: Ordered,
        K: Whole,
    {
        let low = self.compare_given(Order::Gte, Given::Value(low.into_value()));
        low & self.compare_given(Order::Lte, Given::Value(high.into_value()))
    }
}
