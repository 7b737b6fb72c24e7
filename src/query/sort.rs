//! [`Sort`]: in which order documents come.

use super::path::{Path, Whole};
use crate::{
    model::{FieldType, Root},
    schema::{Direction, Kind},
};
use std::{fmt, marker::PhantomData};

/// One path of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The stored path.
    pub path: String,
    /// Which way.
    pub direction: Direction,
}

/// An order of documents of `M` by one path. `None` comes first ascending.
pub struct Sort<M> {
    key: SortKey,
    marker: PhantomData<fn() -> M>,
}
impl<M> Clone for Sort<M> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), marker: PhantomData }
    }
}
impl<M> fmt::Debug for Sort<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sort({} {:?})", self.key.path, self.key.direction)
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
        Sort { key: SortKey { path: self.stored().to_owned(), direction }, marker: PhantomData }
    }
}

/// An order by one or several paths.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order of `{M}`",
    label = "write `.asc()` or `.desc()` on a path of `{M}`, or a tuple of them"
)]
pub trait IntoSort<M> {
    /// The paths, the most significant first.
    fn into_keys(self) -> Vec<SortKey>;
}
#[diagnostic::do_not_recommend]
impl<M> IntoSort<M> for Sort<M> {
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
