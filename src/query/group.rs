//! Groups of documents: what they are grouped by ([`GroupKey`]), which of them are wanted ([`Having`]) and in which order
//! ([`GroupSort`]), over untyped cores.
//!
//! Filled by the builder in `action`, read by `render`. An operand passes the codec of the aggregate's own type, and conditions mean what
//! they mean of a field: what is `None` is on no side of a value and equal to none.

use super::{
    aggregate::{Agg, Aggregate, Results},
    capability::Ordered,
    expr::{Expr, Order},
    path::{Path, RawPath, Whole},
    sort::{IntoSort, Sort, SortKey},
    value::IntoValue,
};
use crate::{
    Result,
    codec::{Decode, EncodeError, to_bson},
    model::{FieldType, Root},
    schema::Direction,
};
use bson::Bson;
use std::{
    fmt,
    marker::PhantomData,
    ops::{BitAnd, BitOr, Not},
};

/// A condition on groups, without its types. Operands have passed the codec.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupExpr {
    /// True where all are.
    And(Vec<GroupExpr>),
    /// True where one is.
    Or(Vec<GroupExpr>),
    /// True where the other is not.
    Not(Box<GroupExpr>),
    /// The aggregate equals the operand.
    Eq(Aggregate, Bson),
    /// The aggregate is on that side of the operand.
    Compare(Aggregate, Order, Bson),
    /// An operand that the codec cannot store, with the path of the aggregate.
    Fault(String, EncodeError),
}

/// A condition on groups of documents of `M`, such as `sum(Order::total).gt(100)`. Combined by `&`, `|` and `!`.
pub struct Having<M> {
    pub(crate) expr: GroupExpr,
    /// How many conditions stand in one another.
    levels: usize,
    marker: PhantomData<fn() -> M>,
}

/// How deep conditions may be nested: enough for what people write, and no stack overflows.
const MAX_LEVELS: usize = 64;

impl<M> Having<M> {
    fn of(expr: GroupExpr, levels: usize) -> Self {
        if levels > MAX_LEVELS {
            return Self::of(GroupExpr::Fault(String::new(), EncodeError::of("a condition of at most 64 levels")), 1);
        }
        Self { expr, levels, marker: PhantomData }
    }

    /// Both or one of the two; parts of the same kind stand beside each other.
    fn joined(one: Self, other: Self, all: bool) -> Self {
        let (mut parts, mut levels) = (Vec::new(), 0);
        for Self { expr, levels: own, .. } in [one, other] {
            let level = match (expr, all) {
                (GroupExpr::And(inner), true) | (GroupExpr::Or(inner), false) => {
                    parts.extend(inner);
                    own
                }
                (expr, _) => {
                    parts.push(expr);
                    own + 1
                }
            };
            levels = levels.max(level);
        }
        Self::of(if all { GroupExpr::And(parts) } else { GroupExpr::Or(parts) }, levels)
    }
}

impl<M> BitAnd for Having<M> {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self::joined(self, other, true)
    }
}
impl<M> BitOr for Having<M> {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self::joined(self, other, false)
    }
}
impl<M> Not for Having<M> {
    type Output = Self;
    fn not(self) -> Self {
        match self.expr {
            GroupExpr::Not(inner) => Self::of(*inner, self.levels.saturating_sub(1)),
            // A fault stays one whichever way it is asked.
            expr @ GroupExpr::Fault(..) => Self::of(expr, self.levels),
            expr => Self::of(GroupExpr::Not(Box::new(expr)), self.levels + 1),
        }
    }
}

impl<M, T: Ordered> Agg<M, T> {
    fn equals(&self, value: &T::Value) -> Having<M> {
        self.tested(value, GroupExpr::Eq)
    }

    fn compare(&self, order: Order, value: &T::Value) -> Having<M> {
        let order = if T::is_finer(value) { order.of_cut() } else { order };
        self.tested(value, |aggregate, value| GroupExpr::Compare(aggregate, order, value))
    }

    fn tested(&self, value: &T::Value, test: impl FnOnce(Aggregate, Bson) -> GroupExpr) -> Having<M> {
        let expr = match to_bson(value) {
            Ok(value) => test(self.aggregate.clone(), value),
            Err(error) => GroupExpr::Fault(self.aggregate.stored().to_owned(), error),
        };
        Having::of(expr, 1)
    }
}

impl<M, T> Agg<M, T> {
    /// Groups where it equals `value`. An average or an extreme of nothing equals none.
    pub fn eq<V>(&self, value: impl IntoValue<T::Value, V>) -> Having<M>
    where
        T: Ordered,
    {
        self.equals(&value.into_value())
    }

    /// Groups where it does not equal `value`, also those where there is none.
    pub fn ne<V>(&self, value: impl IntoValue<T::Value, V>) -> Having<M>
    where
        T: Ordered,
    {
        !self.equals(&value.into_value())
    }

    /// Groups where it is less than `value`; none where there is none.
    pub fn lt<V>(&self, value: impl IntoValue<T::Value, V>) -> Having<M>
    where
        T: Ordered,
    {
        self.compare(Order::Lt, &value.into_value())
    }

    /// Groups where it is less than `value` or equal; none where there is none.
    pub fn lte<V>(&self, value: impl IntoValue<T::Value, V>) -> Having<M>
    where
        T: Ordered,
    {
        self.compare(Order::Lte, &value.into_value())
    }

    /// Groups where it is greater than `value`; none where there is none.
    pub fn gt<V>(&self, value: impl IntoValue<T::Value, V>) -> Having<M>
    where
        T: Ordered,
    {
        self.compare(Order::Gt, &value.into_value())
    }

    /// Groups where it is greater than `value` or equal; none where there is none.
    pub fn gte<V>(&self, value: impl IntoValue<T::Value, V>) -> Having<M>
    where
        T: Ordered,
    {
        self.compare(Order::Gte, &value.into_value())
    }

    /// Groups from the least value up, those where there is none first.
    #[must_use]
    pub fn asc(&self) -> GroupSort<M> {
        GroupSort::by(self.aggregate.clone(), Direction::Ascending)
    }

    /// Groups from the greatest value down, those where there is none last.
    #[must_use]
    pub fn desc(&self) -> GroupSort<M> {
        GroupSort::by(self.aggregate.clone(), Direction::Descending)
    }
}

/// One criterion of an order of groups.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupSortKey {
    /// An aggregate.
    Aggregate(Aggregate, Direction),
    /// What the groups are grouped by.
    Key(SortKey),
}

/// An order of groups of documents of `M` by an aggregate.
pub struct GroupSort<M> {
    key: GroupSortKey,
    marker: PhantomData<fn() -> M>,
}

impl<M> GroupSort<M> {
    fn by(aggregate: Aggregate, direction: Direction) -> Self {
        Self { key: GroupSortKey::Aggregate(aggregate, direction), marker: PhantomData }
    }
}

/// An order of groups by one or several criteria.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order of groups of `{M}`",
    label = "write `.asc()` or `.desc()` on an aggregate or on a path that is grouped by, or a tuple of them"
)]
pub trait IntoGroupSort<M> {
    /// The criteria, the most significant first.
    fn into_keys(self) -> Vec<GroupSortKey>;
}
#[diagnostic::do_not_recommend]
impl<M> IntoGroupSort<M> for GroupSort<M> {
    fn into_keys(self) -> Vec<GroupSortKey> {
        vec![self.key]
    }
}
#[diagnostic::do_not_recommend]
impl<M> IntoGroupSort<M> for Sort<M> {
    fn into_keys(self) -> Vec<GroupSortKey> {
        <Self as IntoSort<M>>::into_keys(self).into_iter().map(GroupSortKey::Key).collect()
    }
}

/// One path, or a tuple of up to six, that documents are grouped by, with the type of its values.
#[diagnostic::on_unimplemented(
    message = "documents of `{M}` cannot be grouped by `{Self}`",
    label = "expected a path of `{M}` that leads to one value in a document, or a tuple of up to six of them"
)]
pub trait GroupKey<M>: Send + 'static {
    /// What they read as.
    type Key;
    #[doc(hidden)]
    fn list(&self) -> Vec<RawPath>;
    #[doc(hidden)]
    fn read(&self, results: &mut Results<'_>) -> Result<Self::Key>;
}
#[diagnostic::do_not_recommend]
impl<M: Root, T: FieldType + for<'a> Decode<'a>, K: Whole + 'static> GroupKey<M> for Path<M, T, K> {
    type Key = T;

    fn list(&self) -> Vec<RawPath> {
        // The server tells documents apart by the order of their fields, and by whether a `None` is null or missing.
        const { assert!(T::KIND.is_scalar(), "documents can be grouped by scalar values: group by the fields of a composite") };
        vec![self.raw.clone()]
    }

    fn read(&self, results: &mut Results<'_>) -> Result<T> {
        results.read(self.stored(), |raw| Ok(T::decode(raw)?))
    }
}

macro_rules! tuples {
    ($($part:ident $name:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<M, $($part: GroupKey<M>),*> GroupKey<M> for ($($part,)*) {
            type Key = ($($part::Key,)*);

            fn list(&self) -> Vec<RawPath> {
                let ($($name,)*) = self;
                let mut list = Vec::new();
                $(list.extend($name.list());)*
                list
            }

            fn read(&self, results: &mut Results<'_>) -> Result<Self::Key> {
                let ($($name,)*) = self;
                // A tuple is read from left to right.
                Ok(($($name.read(results)?,)*))
            }
        }
        #[diagnostic::do_not_recommend]
        impl<M, $($part: IntoGroupSort<M>),*> IntoGroupSort<M> for ($($part,)*) {
            fn into_keys(self) -> Vec<GroupSortKey> {
                let ($($name,)*) = self;
                let mut keys = Vec::new();
                $(keys.extend($name.into_keys());)*
                keys
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

/// What is asked of groups, without its types. Without keys all documents are one group.
#[derive(Clone, Debug)]
pub(crate) struct Grouping {
    pub(crate) filter: Expr,
    pub(crate) keys: Vec<RawPath>,
    pub(crate) having: Option<GroupExpr>,
    pub(crate) sort: Vec<GroupSortKey>,
    pub(crate) skip: Option<u64>,
    pub(crate) take: Option<u64>,
}

impl Grouping {
    pub(crate) fn new(filter: Expr, keys: Vec<RawPath>) -> Self {
        Self { filter, keys, having: None, sort: Vec::new(), skip: None, take: None }
    }
}

impl<M> Clone for Having<M> {
    fn clone(&self) -> Self {
        Self { expr: self.expr.clone(), levels: self.levels, marker: PhantomData }
    }
}
impl<M> fmt::Debug for Having<M> {
    /// Without its operands: they are values of documents, and do not belong into logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Having")
    }
}
impl<M> Clone for GroupSort<M> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), marker: PhantomData }
    }
}
impl<M> fmt::Debug for GroupSort<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupSort({:?})", self.key)
    }
}
