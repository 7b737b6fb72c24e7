//! How many documents a relation leads to, as a number to be compared.

use crate::{
    codec::EncodeError,
    model::Model,
    query::{
        Filter, Include, IntoCount, Relation, Sort, ToMany,
        expr::{Expr, RelatedTest},
        numbers::Numbers,
        sort::{RelatedKey, RelatedValue, SortKey},
    },
    schema::Direction,
};
use std::{fmt, marker::PhantomData, ops::RangeInclusive};

/// How many documents stand on the other side of a relation of `R`: to be compared in a filter, or to order by.
///
/// It is the number that [`include_count`](crate::action::Find::include_count) gives: of documents that are there, each once. A comparison is
/// answered as the other tests of [related documents](crate::query#related-documents) are, by the keys of the documents that have so many;
/// where 0 is one of the numbers asked for, by the keys of those that have another number.
///
/// ```no_run
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
/// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, published: bool, author_id: Id<User> }
/// # async fn f(db: Db) -> chakra::Result<()> {
/// let busy = db.find_many(User::posts.count().gt(3)).await?;
/// let published = User::posts.filter(Post::published.eq(true)).count();
/// let best = db.find_many(published.gte(1)).order_by(published.desc()).take(10).await?;
/// # Ok(()) }
/// ```
pub struct RelatedCount<R> {
    relation: &'static str,
    /// What counts.
    inner: Expr,
    marker: PhantomData<fn() -> R>,
}

impl<R> Clone for RelatedCount<R> {
    fn clone(&self) -> Self {
        Self { relation: self.relation, inner: self.inner.clone(), marker: PhantomData }
    }
}
impl<R> fmt::Debug for RelatedCount<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RelatedCount({})", self.relation)
    }
}

impl<R: Model, M: Model, A, F> Relation<R, M, A, F> {
    /// How many related documents there are, of a relation to many.
    #[must_use]
    pub fn count(&self) -> RelatedCount<R>
    where
        Self: IntoCount<R>,
    {
        RelatedCount { relation: self.name(), inner: Expr::All, marker: PhantomData }
    }
}
impl<R: Model, M: Model> Include<R, M, ToMany> {
    /// How many related documents match the filter. What uses it is [`Error::Invalid`](crate::Error::Invalid) where more than a filter was said of
    /// them.
    #[must_use]
    pub fn count(self) -> RelatedCount<R> {
        let inner = if self.is_filter() {
            self.filter
        } else {
            Expr::Fault(self.name.to_owned(), EncodeError::of("a count of related documents that takes a `filter` and nothing else"))
        };
        RelatedCount { relation: self.name, inner, marker: PhantomData }
    }
}

impl<R: Model> RelatedCount<R> {
    /// There are exactly `number`.
    #[must_use]
    pub fn eq(&self, number: u64) -> Filter<R> {
        self.is_one_of([number..=number])
    }

    /// There are more or fewer than `number`.
    #[must_use]
    pub fn ne(&self, number: u64) -> Filter<R> {
        !self.eq(number)
    }

    /// There are as many as one of `numbers` says; false where it says nothing.
    #[must_use]
    pub fn in_(&self, numbers: impl IntoIterator<Item = u64>) -> Filter<R> {
        self.is_one_of(numbers.into_iter().map(|number| number..=number))
    }

    /// There are as many as none of `numbers` says.
    #[must_use]
    pub fn not_in(&self, numbers: impl IntoIterator<Item = u64>) -> Filter<R> {
        !self.in_(numbers)
    }

    /// There are fewer than `number`.
    #[must_use]
    pub fn lt(&self, number: u64) -> Filter<R> {
        self.is_one_of(number.checked_sub(1).map(|most| 0..=most))
    }

    /// There are `number` or fewer.
    #[must_use]
    pub fn lte(&self, number: u64) -> Filter<R> {
        self.is_one_of([0..=number])
    }

    /// There are more than `number`.
    #[must_use]
    pub fn gt(&self, number: u64) -> Filter<R> {
        self.is_one_of(number.checked_add(1).map(|least| least..=u64::MAX))
    }

    /// There are `number` or more.
    #[must_use]
    pub fn gte(&self, number: u64) -> Filter<R> {
        self.is_one_of([number..=u64::MAX])
    }

    /// There are from `low` to `high`, both included.
    #[must_use]
    pub fn between(&self, low: u64, high: u64) -> Filter<R> {
        self.is_one_of([low..=high])
    }

    /// From the fewest up.
    ///
    /// Sent as an `aggregate`: see [`order_by`](crate::action::Find::order_by).
    #[must_use]
    pub fn asc(&self) -> Sort<R> {
        self.sort(Direction::Ascending)
    }

    /// From the most down.
    #[must_use]
    pub fn desc(&self) -> Sort<R> {
        self.sort(Direction::Descending)
    }

    fn sort(&self, direction: Direction) -> Sort<R> {
        let (relation, filter) = (self.relation, self.inner.clone());
        let key = RelatedKey { owner: R::schema(), relation, filter, value: RelatedValue::Count, direction };
        Sort::by(SortKey::Related(Box::new(key)))
    }

    /// Who has none has no key that could be read, so numbers with zero are asked for by the others.
    fn is_one_of(&self, ranges: impl IntoIterator<Item = RangeInclusive<u64>>) -> Filter<R> {
        let (relation, inner, numbers) = (self.relation, self.inner.clone(), Numbers::of(ranges));
        if let Expr::Fault(..) = inner {
            return Filter::new(inner);
        }
        let test = |count: Numbers| {
            if count.is_empty() {
                return Filter::new(Expr::Nothing);
            }
            Filter::new(Expr::Related(Box::new(RelatedTest { owner: R::schema(), relation, operator: "count", count, inner })))
        };
        if numbers.has_zero() { !test(numbers.complement()) } else { test(numbers) }
    }
}
