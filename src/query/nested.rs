//! Nested writes: what a draft does with a relation.
//!
//! [`Nested`] is also what an update links; the other writes of updates are in `related_write`.

use super::{
    draft::{Complete, DraftCore, Drafts, first_core},
    expr::Expr,
    include::{ToMany, ToOne, ToOptional},
    key::{Key, Keys, NamedKey, UniqueFilter},
};
use crate::model::Model;
use bson::Bson;

/// The writes to one relation, without their types.
#[derive(Clone, Debug, Default)]
pub struct Nested {
    /// The documents to create.
    pub(crate) create: Vec<DraftCore>,
    /// The keys of the documents to connect, each a filter that one document matches.
    pub(crate) connect: Vec<Expr>,
    /// The documents to connect, or to create where they are not there.
    pub(crate) or_create: Vec<OrCreate>,
    /// What was connected and is known to be there. `relation` takes it out of the keys before the writes are planned.
    pub(crate) found: Vec<Found>,
}

/// A document to connect, and its draft where it is not there.
#[derive(Clone, Debug)]
pub(crate) struct OrCreate {
    pub(crate) key: Expr,
    /// The same as its paths and values, which the draft must have.
    pub(crate) named: NamedKey,
    pub(crate) draft: DraftCore,
}

/// A document that exists, as links refer to it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its `_id`.
    pub(crate) id: Bson,
    /// What a key that refers to it holds.
    pub(crate) value: Bson,
    /// How many ids its list of the relation has.
    pub(crate) length: usize,
}

impl Nested {
    /// Does what `other` does too.
    pub(crate) fn add(&mut self, other: Self) {
        self.create.extend(other.create);
        self.connect.extend(other.connect);
        self.or_create.extend(other.or_create);
        self.found.extend(other.found);
    }

    /// How many related documents it leads to.
    pub(crate) fn count(&self) -> usize {
        self.create.len() + self.connect.len() + self.or_create.len() + self.found.len()
    }

    /// The drafts in it, those too that may not be needed.
    pub(crate) fn drafts(&self) -> impl Iterator<Item = &DraftCore> {
        self.create.iter().chain(self.or_create.iter().map(|either| &either.draft))
    }

    /// The creation of these drafts.
    pub(crate) fn creating(drafts: impl IntoIterator<Item: Drafts>) -> Self {
        Self { create: drafts.into_iter().flat_map(Drafts::into_cores).collect(), ..Self::default() }
    }

    /// The connection of the documents that these keys name.
    pub(crate) fn connecting<M>(keys: Vec<UniqueFilter<M>>) -> Self {
        Self { connect: keys.into_iter().map(|key| key.expr).collect(), ..Self::default() }
    }

    /// The connection of the document with this key, or the creation of the draft.
    pub(crate) fn connecting_or_creating<M: Model>(key: UniqueFilter<M>, draft: impl Drafts) -> Self {
        let (named, draft) = (key.named(), first_core::<M>(draft));
        Self { or_create: vec![OrCreate { key: key.expr, named, draft }], ..Self::default() }
    }
}

/// A write to a relation to `M`, whose key `F` the parent fills. `A` says how many stand on the other side.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not write related documents of `{M}`",
    label = "expected `create(…)`, `connect(…)` or `connect_or_create(…)` of `{M}`"
)]
pub trait NestedWrite<M, F, A> {
    /// The write without its types.
    fn into_nested(self) -> Nested;
}

/// Related documents to be created.
#[derive(Debug)]
pub struct NestedCreate<D>(D);

/// Related documents to be created, one after the other.
#[derive(Debug)]
pub struct NestedCreateMany<I>(I);

/// Related documents to be connected.
#[derive(Debug)]
pub struct NestedConnect<K>(K);

/// A related document to be connected, or created where it is not there.
#[derive(Debug)]
pub struct NestedConnectOrCreate<K, D>(K, D);

/// Creates related documents along with the draft: one draft, or an array or `Vec` of them where the relation is to many.
///
/// A nested draft leaves out the key that its parent fills.
pub fn create<D>(drafts: D) -> NestedCreate<D> {
    NestedCreate(drafts)
}

/// Creates related documents from anything that gives drafts one after the other; the relation is to many. It is [`create`] otherwise, and
/// as few commands: one insert for all of them.
///
/// ```
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
/// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, title: String, author_id: Id<User> }
/// let draft = User::draft().posts(create_many(["one", "two"].into_iter().map(|title| Post::draft().title(title))));
/// # let _ = draft;
/// ```
pub fn create_many<I>(drafts: I) -> NestedCreateMany<I> {
    NestedCreateMany(drafts)
}

/// Connects documents that exist, named by `Id`s or unique filters. One that does not exist is `NotFound`, and nothing is written.
pub fn connect<K>(keys: K) -> NestedConnect<K> {
    NestedConnect(keys)
}

/// Connects the document with this unique key, or creates the draft where there is none. What the draft leaves out of the key it gets from it,
/// but for what a relation of the draft's own fills: that must then lead to what the key says.
///
/// The key is looked up in the transaction of the write. Where another writer creates the same document in between, the transaction runs
/// again and connects that one. An array or a `Vec` of these, or a tuple, writes several where the relation is to many. A key that stands
/// more than once in what is written, below several parents too, is created once, from the draft that stands beside it first, and connected
/// to all of them; where the parents fill a key of the document, it stands under the last one. Where they fill several keys of it, it is
/// created before them and then connected to each, which needs one of these keys to be optional: with none it is
/// [`Error::Invalid`](crate::Error::Invalid). Texts that differ in case or accents alone are looked up once more, one after the other: a
/// collection with a collation may take them for one.
///
/// ```
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, title: String, tag_ids: Vec<Id<Tag>>,
/// #     #[chakra(relation = ManyToMany, ids = tag_ids)] tags: Related<Vec<Tag>> }
/// # #[derive(Model)] struct Tag { #[chakra(id)] id: Id<Tag>, #[chakra(unique)] name: String }
/// let tag = |name: &str| connect_or_create(Tag::name.eq(name), Tag::draft().name(name));
/// let draft = Post::draft().title("Hello").tags([tag("rust"), tag("mongodb")]);
/// # let _ = draft;
/// ```
pub fn connect_or_create<K, D>(key: K, draft: D) -> NestedConnectOrCreate<K, D> {
    NestedConnectOrCreate(key, draft)
}

impl<M, F, D: Drafts<Model = M>> NestedWrite<M, F, ToMany> for NestedCreate<D>
where
    D::Draft: Complete<F>,
{
    fn into_nested(self) -> Nested {
        Nested::creating([self.0])
    }
}
macro_rules! to_one {
    ($($one:ident)*) => { $(
        impl<M, F, D: Complete<F> + Drafts<Model = M>> NestedWrite<M, F, $one> for NestedCreate<D> {
            fn into_nested(self) -> Nested {
                Nested::creating([self.0])
            }
        }
    )* };
}
to_one!(ToOne ToOptional);
impl<M, F, I: IntoIterator<Item: Complete<F> + Drafts<Model = M>>> NestedWrite<M, F, ToMany> for NestedCreateMany<I> {
    fn into_nested(self) -> Nested {
        Nested::creating(self.0)
    }
}
impl<M, F, A, K: Keys<M>> NestedWrite<M, F, A> for NestedConnect<K> {
    fn into_nested(self) -> Nested {
        Nested::connecting(self.0.into_keys())
    }
}
impl<M: Model, F, A, K: Key<Model = M>, D: Complete<F> + Drafts<Model = M>> NestedWrite<M, F, A> for NestedConnectOrCreate<K, D> {
    fn into_nested(self) -> Nested {
        Nested::connecting_or_creating(self.0.into_unique(), self.1)
    }
}

fn all(writes: impl IntoIterator<Item = Nested>) -> Nested {
    let mut all = Nested::default();
    writes.into_iter().for_each(|write| all.add(write));
    all
}
impl<M, F, W: NestedWrite<M, F, ToMany>> NestedWrite<M, F, ToMany> for Vec<W> {
    fn into_nested(self) -> Nested {
        all(self.into_iter().map(W::into_nested))
    }
}
impl<M, F, W: NestedWrite<M, F, ToMany>, const N: usize> NestedWrite<M, F, ToMany> for [W; N] {
    fn into_nested(self) -> Nested {
        all(self.into_iter().map(W::into_nested))
    }
}
macro_rules! together {
    ($($write:ident $name:ident),*) => {
        impl<M, F, $($write: NestedWrite<M, F, ToMany>),*> NestedWrite<M, F, ToMany> for ($($write,)*) {
            fn into_nested(self) -> Nested {
                let ($($name,)*) = self;
                all([$($name.into_nested()),*])
            }
        }
    };
}
together!(A a, B b);
together!(A a, B b, C c);
together!(A a, B b, C c, D d);
