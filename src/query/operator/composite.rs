//! The operators of composites and tagged unions.

use crate::{
    model::{Composite, FieldType},
    query::{Filter, IntoFilter, Path, Whole, expr::Test},
};

impl<R, T, K> Path<R, T, K> {
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

    /// A tagged union of that variant, whose path is given: `Page::cover.is_variant(Media::photo())`; false of `None`.
    pub fn is_variant<V>(&self, variant: Path<T::Present, Option<V>>) -> Filter<R>
    where
        T: FieldType<Present: Composite>,
        K: Whole,
    {
        self.is(!Filter::<T::Present>::is_none_at(variant))
    }
}

impl<M> Filter<M> {
    fn is_none_at<V>(path: Path<M, Option<V>>) -> Self {
        path.test(Test::IsNone)
    }
}
