//! Keys: what names at most one document of a model.

use super::{
    expr::{Expr, Test},
    filter::{Filter, IntoFilter},
    path::RawPath,
    value::IntoValue,
};
use crate::{
    codec::{Encode, EncodeError, to_bson},
    model::{Id, Model},
};
use bson::Bson;
use std::{
    fmt,
    marker::PhantomData,
    ops::{BitAnd, BitOr, Not},
};

/// A filter that at most one document of `M` matches: values of a unique key, and perhaps more conditions.
pub struct UniqueFilter<M> {
    /// The key's stored paths and values.
    pub(crate) key: Vec<(RawPath, Bson)>,
    /// The key and everything after `&`.
    pub(crate) expr: Expr,
    /// Whether there is anything after `&`.
    pub(crate) narrowed: bool,
    marker: PhantomData<fn() -> M>,
}

/// What a unique key says of the document that it names, without its model.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamedKey {
    /// Stored paths and values.
    pub(crate) values: Vec<(RawPath, Bson)>,
    /// Whether there are more conditions.
    pub(crate) narrowed: bool,
}

impl NamedKey {
    /// The stored paths.
    pub(crate) fn fields(&self) -> Vec<String> {
        self.values.iter().map(|(path, _)| path.stored().to_owned()).collect()
    }
}

impl<M> UniqueFilter<M> {
    pub(crate) fn one<T: Encode>(path: RawPath, value: &T) -> Self {
        Self::several([(path, to_bson(value))])
    }

    /// The key without its model.
    pub(crate) fn named(&self) -> NamedKey {
        NamedKey { values: self.key.clone(), narrowed: self.narrowed }
    }

    fn several(parts: impl IntoIterator<Item = (RawPath, Result<Bson, EncodeError>)>) -> Self {
        let (mut key, mut expr) = (Vec::new(), Expr::All);
        for (path, value) in parts {
            match value {
                Ok(value) => {
                    expr = expr.and(Expr::Test(path.clone(), Test::Eq(value.clone())));
                    key.push((path, value));
                }
                Err(error) => expr = expr.and(Expr::Fault(path.stored().to_owned(), error)),
            }
        }
        Self { key, expr, narrowed: false, marker: PhantomData }
    }
}

impl<M> Clone for UniqueFilter<M> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), expr: self.expr.clone(), narrowed: self.narrowed, marker: PhantomData }
    }
}
impl<M> fmt::Debug for UniqueFilter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unique{:?}", Filter::<M>::new(self.expr.clone()))
    }
}
#[diagnostic::do_not_recommend]
impl<M> IntoFilter<M> for UniqueFilter<M> {
    fn into_filter(self) -> Filter<M> {
        Filter::new(self.expr)
    }
}
impl<M> From<UniqueFilter<M>> for Filter<M> {
    fn from(key: UniqueFilter<M>) -> Self {
        Filter::new(key.expr)
    }
}
impl<M, F: IntoFilter<M>> BitAnd<F> for UniqueFilter<M> {
    type Output = Self;
    fn bitand(mut self, other: F) -> Self {
        self.expr = self.expr.and(other.into_filter().expr);
        self.narrowed = true;
        self
    }
}
impl<M, F: IntoFilter<M>> BitOr<F> for UniqueFilter<M> {
    type Output = Filter<M>;
    fn bitor(self, other: F) -> Filter<M> {
        Filter::from(self) | other
    }
}
impl<M> Not for UniqueFilter<M> {
    type Output = Filter<M>;
    fn not(self) -> Filter<M> {
        !Filter::from(self)
    }
}

/// What names at most one document of a model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name one document",
    label = "expected a unique key",
    note = "a unique key is an `Id`, or `eq` on the id, on a `#[chakra(unique)]` field or on a compound `unique(…)` of the model, alone or `&` more conditions",
    note = "where several documents may match, use `find_first`, `find_many`, `update_many` or `delete_many`"
)]
pub trait Key {
    /// The model.
    type Model;

    /// The key as a filter.
    fn into_unique(self) -> UniqueFilter<Self::Model>;
}
#[diagnostic::do_not_recommend]
impl<M> Key for UniqueFilter<M> {
    type Model = M;
    fn into_unique(self) -> Self {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<M: Model> Key for Id<M> {
    type Model = M;
    fn into_unique(self) -> UniqueFilter<M> {
        UniqueFilter::one(RawPath::new("_id"), &self)
    }
}

/// One key or a list of keys of documents of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a `{M}`",
    label = "expected an `Id<{M}>`, a unique filter of `{M}`, or a list of them"
)]
pub trait Keys<M> {
    /// The keys, each as a filter.
    fn into_keys(self) -> Vec<UniqueFilter<M>>;
}
#[diagnostic::do_not_recommend]
impl<M> Keys<M> for UniqueFilter<M> {
    fn into_keys(self) -> Vec<UniqueFilter<M>> {
        vec![self]
    }
}
#[diagnostic::do_not_recommend]
impl<M: Model> Keys<M> for Id<M> {
    fn into_keys(self) -> Vec<UniqueFilter<M>> {
        vec![self.into_unique()]
    }
}
#[diagnostic::do_not_recommend]
impl<M, K: Keys<M>, const N: usize> Keys<M> for [K; N] {
    fn into_keys(self) -> Vec<UniqueFilter<M>> {
        self.into_iter().flat_map(K::into_keys).collect()
    }
}
#[diagnostic::do_not_recommend]
impl<M, K: Keys<M>> Keys<M> for Vec<K> {
    fn into_keys(self) -> Vec<UniqueFilter<M>> {
        self.into_iter().flat_map(K::into_keys).collect()
    }
}

/// A compound unique key: its paths, each as its stored segments, and the types `K` of its values.
pub struct UniqueKey<R, K> {
    paths: &'static [&'static [&'static str]],
    marker: PhantomData<fn() -> (R, K)>,
}
impl<R, K> fmt::Debug for UniqueKey<R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UniqueKey({})", self.paths.iter().map(|segments| segments.join(".")).collect::<Vec<_>>().join(", "))
    }
}
impl<R, K> UniqueKey<R, K> {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(paths: &'static [&'static [&'static str]]) -> Self {
        Self { paths, marker: PhantomData }
    }

    /// The document with these values, given as a tuple in the declared order, or as it is where there is one.
    pub fn eq<V>(&self, values: impl IntoKey<K, V>) -> UniqueFilter<R> {
        let paths = self.paths.iter().map(|segments| RawPath::of(segments));
        UniqueFilter::several(paths.zip(values.into_key()))
    }
}

/// The values of a compound key, in order.
#[diagnostic::on_unimplemented(message = "`{Self}` is not the key `{K}`", label = "one value per field, in the declared order")]
pub trait IntoKey<K, Via> {
    /// Each value, through the codec.
    fn into_key(self) -> Vec<Result<Bson, EncodeError>>;
}
/// A key of one value.
#[diagnostic::do_not_recommend]
impl<A: Encode, V, S: IntoValue<A, V>> IntoKey<(A,), V> for S {
    fn into_key(self) -> Vec<Result<Bson, EncodeError>> {
        vec![to_bson(&self.into_value())]
    }
}
macro_rules! keys {
    ($($to:ident $from:ident $via:ident $value:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<$($to: Encode, $from: IntoValue<$to, $via>, $via),*> IntoKey<($($to,)*), ($($via,)*)> for ($($from,)*) {
            fn into_key(self) -> Vec<Result<Bson, EncodeError>> {
                let ($($value,)*) = self;
                vec![$(to_bson(&$value.into_value())),*]
            }
        }
    };
}
keys!(A A1 A2 a, B B1 B2 b);
keys!(A A1 A2 a, B B1 B2 b, C C1 C2 c);
keys!(A A1 A2 a, B B1 B2 b, C C1 C2 c, D D1 D2 d);
