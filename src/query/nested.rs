//! Nested writes: what a draft does with a relation.

use super::{
    draft::{Complete, DraftCore, Drafts},
    expr::Expr,
    include::{ToMany, ToOne, ToOptional},
    key::Keys,
};

/// The writes to one relation, without their types.
#[derive(Clone, Debug, Default)]
pub struct Nested {
    /// The documents to create.
    pub(crate) create: Vec<DraftCore>,
    /// The keys of the documents to connect, each a filter that one document matches.
    pub(crate) connect: Vec<Expr>,
}

impl Nested {
    /// Does what `other` does too.
    pub(crate) fn add(&mut self, other: Self) {
        self.create.extend(other.create);
        self.connect.extend(other.connect);
    }
}

/// A write to a relation to `M`, whose key `F` the parent fills. `A` says how many stand on the other side.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not write related documents of `{M}`",
    label = "expected `create(…)` or `connect(…)` of `{M}`"
)]
pub trait NestedWrite<M, F, A> {
    /// The write without its types.
    fn into_nested(self) -> Nested;
}

/// Related documents to be created.
#[derive(Debug)]
pub struct NestedCreate<D>(D);

/// Related documents to be connected.
#[derive(Debug)]
pub struct NestedConnect<K>(K);

/// Creates related documents along with the draft: one draft, or an array or `Vec` of them where the relation is to many.
///
/// A nested draft leaves out the key that its parent fills.
pub fn create<D>(drafts: D) -> NestedCreate<D> {
    NestedCreate(drafts)
}

/// Connects documents that exist, named by `Id`s or unique filters. One that does not exist is `NotFound`, and nothing is written.
pub fn connect<K>(keys: K) -> NestedConnect<K> {
    NestedConnect(keys)
}

impl<M, F, D: Drafts<Model = M>> NestedWrite<M, F, ToMany> for NestedCreate<D>
where
    D::Draft: Complete<F>,
{
    fn into_nested(self) -> Nested {
        Nested { create: self.0.into_cores(), ..Nested::default() }
    }
}
macro_rules! to_one {
    ($($one:ident)*) => { $(
        impl<M, F, D: Complete<F> + Drafts<Model = M>> NestedWrite<M, F, $one> for NestedCreate<D> {
            fn into_nested(self) -> Nested {
                Nested { create: self.0.into_cores(), ..Nested::default() }
            }
        }
    )* };
}
to_one!(ToOne ToOptional);
impl<M, F, A, K: Keys<M>> NestedWrite<M, F, A> for NestedConnect<K> {
    fn into_nested(self) -> Nested {
        Nested { connect: self.0.into_keys().into_iter().map(|key| key.expr).collect(), ..Nested::default() }
    }
}
impl<M, F, A: NestedWrite<M, F, ToMany>, B: NestedWrite<M, F, ToMany>> NestedWrite<M, F, ToMany> for (A, B) {
    fn into_nested(self) -> Nested {
        let mut both = self.0.into_nested();
        both.add(self.1.into_nested());
        both
    }
}
