//! [`Sort`]: in which order documents come.

use super::{
    expr::Expr,
    path::{Path, Whole},
    search::Searchable,
};
use crate::{
    model::{FieldType, Root, Unwound},
    schema::{Direction, Kind, Schema},
};
use std::{fmt, marker::PhantomData};

/// One criterion of an order.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    /// What stands at a path.
    Path {
        /// The stored path.
        path: String,
        /// Which way.
        direction: Direction,
    },
    /// How well a document answers the search in the filter, the best first.
    Relevance,
    /// What stands on the other side of a relation.
    Related(Box<RelatedKey>),
}

impl SortKey {
    /// Whether it asks for related documents.
    pub(crate) const fn is_related(&self) -> bool {
        matches!(self, Self::Related(_))
    }
}

/// A criterion that related documents give.
#[derive(Clone)]
pub struct RelatedKey {
    /// The model that has the relation.
    pub(crate) owner: &'static Schema,
    /// The relation's field.
    pub(crate) relation: &'static str,
    /// What counts of the related documents.
    pub(crate) filter: Expr,
    pub(crate) value: RelatedValue,
    pub(crate) direction: Direction,
}

/// What of related documents a document is ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RelatedValue {
    /// Their number.
    Count,
    /// What the one that there is holds at this stored path.
    Path(String),
}

impl RelatedKey {
    /// What it is, for who reads of it.
    pub(crate) fn name(&self) -> String {
        match &self.value {
            RelatedValue::Count => format!("{}.count()", self.relation),
            RelatedValue::Path(path) => format!("{}.{path}", self.relation),
        }
    }
}
impl PartialEq for RelatedKey {
    fn eq(&self, other: &Self) -> bool {
        let asks = |key: &Self| (key.relation, key.value.clone(), key.direction);
        std::ptr::eq(self.owner, other.owner) && asks(self) == asks(other) && self.filter == other.filter
    }
}
// Without the values in the filter.
impl fmt::Debug for RelatedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.name(), self.direction)
    }
}

/// An order of documents of `M` by one criterion. `None` comes first ascending.
pub struct Sort<M> {
    key: SortKey,
    marker: PhantomData<fn() -> M>,
}
impl<M> Sort<M> {
    /// From the document that answers the search in the filter best to the one that does least: words count by the weights of their
    /// fields, and more in short texts. Documents of one relevance come in any order, unless more criteria follow.
    ///
    /// Sent as `{"$meta": "textScore"}`.
    ///
    /// ```no_run
    /// # use chakra::{prelude::*, query::Sort};
    /// # #[derive(Model)] #[chakra(text(title))] struct Post { #[chakra(id)] id: Id<Post>, title: String }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let best = db.find_many(Filter::<Post>::search("coffee")).order_by((Sort::relevance(), Post::id.desc())).take(10).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The read is [`Error::Invalid`](crate::Error::Invalid) where there is no search in its filter.
    #[must_use]
    pub fn relevance() -> Self
    where
        M: Searchable,
    {
        Self::by(SortKey::Relevance)
    }

    pub(super) fn by(key: SortKey) -> Self {
        Self { key, marker: PhantomData }
    }
}
impl<M> Clone for Sort<M> {
    fn clone(&self) -> Self {
        Self::by(self.key.clone())
    }
}
impl<M> fmt::Debug for Sort<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            SortKey::Path { path, direction } => write!(f, "Sort({path} {direction:?})"),
            SortKey::Relevance => f.write_str("Sort(relevance)"),
            SortKey::Related(key) => write!(f, "Sort({key:?})"),
        }
    }
}

impl<R: Root, T: FieldType, K: Whole> Path<R, T, K> {
    /// From the least value up; `None` first. A list has no order and does not compile.
    pub fn asc(&self) -> Sort<R> {
        self.sort(Direction::Ascending)
    }

    /// From the greatest value down; `None` last.
    pub fn desc(&self) -> Sort<R> {
        self.sort(Direction::Descending)
    }

    fn sort(&self, direction: Direction) -> Sort<R> {
        // The server would take the least or the greatest item.
        const { assert!(!matches!(T::KIND, Kind::Array(_)), "a list has no order: sort by another field") };
        Sort::by(SortKey::Path { path: self.stored().to_owned(), direction })
    }
}

/// An order by one or several criteria.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order of `{M}`",
    label = "write `.asc()` or `.desc()` on a path of `{M}`, or a tuple of them"
)]
pub trait IntoSort<M> {
    /// The criteria, the most significant first.
    fn into_keys(self) -> Vec<SortKey>;
}
#[diagnostic::do_not_recommend]
impl<M> IntoSort<M> for Sort<M> {
    fn into_keys(self) -> Vec<SortKey> {
        vec![self.key]
    }
}
#[diagnostic::do_not_recommend]
impl<M> IntoSort<Unwound<M>> for Sort<M> {
    fn into_keys(self) -> Vec<SortKey> {
        vec![self.key]
    }
}
#[diagnostic::do_not_recommend]
impl<M> IntoSort<M> for Vec<Sort<M>> {
    fn into_keys(self) -> Vec<SortKey> {
        self.into_iter().map(|sort| sort.key).collect()
    }
}
macro_rules! sorts {
    ($($sort:ident $name:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<M, $($sort: IntoSort<M>),*> IntoSort<M> for ($($sort,)*) {
            fn into_keys(self) -> Vec<SortKey> {
                let ($($name,)*) = self;
                let mut keys = Vec::new();
                $(keys.extend($name.into_keys());)*
                keys
            }
        }
    };
}
sorts!(A a, B b);
sorts!(A a, B b, C c);
sorts!(A a, B b, C c, D d);
sorts!(A a, B b, C c, D d, E e);
sorts!(A a, B b, C c, D d, E e, F f);
