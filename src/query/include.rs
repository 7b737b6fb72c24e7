//! Relations as paths, and [`Include`]: which related documents to load or to count, and how.
//!
//! Built by users; `attach` makes of it what `relation` loads by.

use super::{
    attach::{Attach, Counting},
    column::Column,
    expr::Expr,
    filter::{Filter, IntoFilter},
    path::RawPath,
    select::Selection,
    sort::{IntoSort, SortKey},
};
use crate::{
    model::{Composite, Filling, Fills, Model},
    schema::{Layout, Schema},
};
use std::{fmt, marker::PhantomData, sync::Arc};

/// One on the other side, always.
#[derive(Debug)]
pub enum ToOne {}
/// One on the other side, or none.
#[derive(Debug)]
pub enum ToOptional {}
/// Many on the other side.
#[derive(Debug)]
pub enum ToMany {}

/// A relation of `R` to `M`. Derived models have one as an associated constant for each field with a `relation`.
///
/// `A` says how many stand on the other side, and `F` which key of `M` a nested write fills.
pub struct Relation<R, M, A, F = Fills<0>> {
    name: &'static str,
    fill: fn(&mut R, Filling<M>) -> bool,
    marker: PhantomData<fn() -> (A, F)>,
}
impl<R, M, A, F> Relation<R, M, A, F> {
    /// The relation's field.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, fill: fn(&mut R, Filling<M>) -> bool) -> Self {
        Self { name, fill, marker: PhantomData }
    }
}
impl<R, M, A, F> Clone for Relation<R, M, A, F> {
    fn clone(&self) -> Self {
        Self::new(self.name, self.fill)
    }
}
impl<R, M, A, F> fmt::Debug for Relation<R, M, A, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relation({})", self.name)
    }
}
impl<R: Model, M: Model, A, F> Relation<R, M, A, F> {
    /// Loads only the related documents that match `filter`.
    pub fn filter(self, filter: impl IntoFilter<M>) -> Include<R, M, A> {
        Include::of(self).filter(filter)
    }

    /// Loads related documents of the related ones too.
    pub fn include(self, relation: impl IntoInclude<M>) -> Include<R, M, A> {
        Include::of(self).include(relation)
    }

    /// Counts related documents of the related ones too.
    pub fn include_count(self, relation: impl IntoCount<M>) -> Include<R, M, A> {
        Include::of(self).include_count(relation)
    }

    /// Reads only these fields of the related documents: see [`Include::select`].
    pub fn select(self, fields: impl Selection<M>) -> Include<R, M, A> {
        Include::of(self).select(fields)
    }
}
impl<R: Model, M: Model, F> Relation<R, M, ToMany, F> {
    /// Loads the related documents in this order.
    pub fn order_by(self, sort: impl IntoSort<M>) -> Include<R, M, ToMany> {
        Include::of(self).order_by(sort)
    }

    /// Loads at most `n` for each document: see [`Include::take`].
    pub fn take(self, n: u64) -> Include<R, M, ToMany> {
        Include::of(self).take(n)
    }

    /// Leaves out the first `n` for each document.
    pub fn skip(self, n: u64) -> Include<R, M, ToMany> {
        Include::of(self).skip(n)
    }
}

/// A relation to load, and how.
pub struct Include<R, M, A> {
    pub(super) name: &'static str,
    pub(super) fill: fn(&mut R, Filling<M>) -> bool,
    pub(super) filter: Expr,
    pub(super) sort: Vec<SortKey>,
    pub(super) skip: u64,
    pub(super) take: Option<u64>,
    /// What is read of each document; everything where nothing is said.
    pub(super) select: Option<Vec<RawPath>>,
    pub(super) children: Vec<Arc<dyn Attach<M>>>,
    marker: PhantomData<fn() -> A>,
}
impl<R, M, A> fmt::Debug for Include<R, M, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Include({})", self.name)
    }
}
impl<R: Model, M: Model, A> Include<R, M, A> {
    fn of<F>(relation: Relation<R, M, A, F>) -> Self {
        Self {
            name: relation.name,
            fill: relation.fill,
            filter: Expr::All,
            sort: Vec::new(),
            skip: 0,
            take: None,
            select: None,
            children: Vec::new(),
            marker: PhantomData,
        }
    }

    /// Loads only the related documents that match `filter` too.
    #[must_use]
    pub fn filter(mut self, filter: impl IntoFilter<M>) -> Self {
        let both: Filter<M> = Filter::new(self.filter) & filter;
        self.filter = both.expr;
        self
    }

    /// Loads related documents of the related ones too.
    #[must_use]
    pub fn include(mut self, relation: impl IntoInclude<M>) -> Self {
        self.children.push(relation.into_attach());
        self
    }

    /// Counts related documents of the related ones too.
    #[must_use]
    pub fn include_count(mut self, relation: impl IntoCount<M>) -> Self {
        self.children.push(relation.into_counting());
        self
    }

    /// Reads only these fields of the related documents, one or a tuple of up to twelve: what is not selected stays in the database.
    ///
    /// The related values are whole values of their model all the same, in which a field that was not read is what it is where a document lacks
    /// it: `None`, an empty list, set or map, or the field's constant default. A field that is none of these has to be selected. Always read
    /// are the `_id`, the `version`, the `updated_at`, the key of the relation, and the keys and id lists of the related model's own relations,
    /// so that these can be included in it, and [loaded](crate::Db::load) later.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, title: String, body: Option<String>, author_id: Id<User> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// // Without the bodies: {"_id": 1, "title": 1, "author_id": 1}
    /// let users = db.find_many(User::all()).include(User::posts.select(Post::title)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Such a value is not the whole document. [`save`](crate::Db::save) sends what was changed in it and nothing else, which is right for the
    /// fields that were read; a change of another one replaces what nobody looked at, and [`replace`](crate::Db::replace) would replace it all.
    ///
    /// # Errors
    /// The read is [`Error::Invalid`](crate::Error::Invalid) before anything is sent, where a field that is not selected has no value without
    /// being read; where a path leads into a field, since a part of a composite is none; and for a model of several shapes.
    #[must_use]
    pub fn select(mut self, fields: impl Selection<M>) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        fields.columns(Layout::from(M::schema()), &mut columns);
        self.select = Some(columns.into_iter().map(|column| column.path).collect());
        self
    }

    /// Whether nothing but a filter was said of the related documents.
    pub(super) fn is_filter(&self) -> bool {
        self.sort.is_empty() && self.skip == 0 && self.take.is_none() && self.select.is_none() && self.children.is_empty()
    }
}

impl<R: Model, M: Model> Include<R, M, ToMany> {
    /// Loads the related documents in this order.
    #[must_use]
    pub fn order_by(mut self, sort: impl IntoSort<M>) -> Self {
        self.sort = sort.into_keys();
        self
    }

    /// Loads at most `n` for each document.
    ///
    /// Where the related documents hold the key, the server numbers those of each document (`$setWindowFields`) and sends no more than are
    /// taken; one whose key is a list, which names nothing, is left out. Where one side keeps a list of ids, all related documents are
    /// read, each once, and cut here: which of them are the first for each document only the whole list says, in which ids may lead nowhere.
    #[must_use]
    pub fn take(mut self, n: u64) -> Self {
        self.take = Some(n);
        self
    }

    /// Leaves out the first `n` for each document.
    #[must_use]
    pub fn skip(mut self, n: u64) -> Self {
        self.skip = n;
        self
    }
}

/// What stands for a relation to load: a [`Relation`] or an [`Include`] of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of `{M}`",
    label = "expected a relation of `{M}`",
    note = "only fields declared with `#[chakra(relation = …)]` can be included, each from its own model"
)]
pub trait IntoInclude<M> {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn into_attach(self) -> Arc<dyn Attach<M>>;
}
#[diagnostic::do_not_recommend]
impl<R: Model, M: Model, A: 'static, F> IntoInclude<R> for Relation<R, M, A, F> {
    #[allow(private_interfaces)]
    fn into_attach(self) -> Arc<dyn Attach<R>> {
        Arc::new(Include::of(self))
    }
}
#[diagnostic::do_not_recommend]
impl<R: Model, M: Model, A: 'static> IntoInclude<R> for Include<R, M, A> {
    #[allow(private_interfaces)]
    fn into_attach(self) -> Arc<dyn Attach<R>> {
        Arc::new(self)
    }
}

/// What stands for a relation to count: a [`Relation`] of `M` to many, or one with a filter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be counted for `{M}`",
    label = "expected a relation of `{M}` to many, alone or with a `filter`",
    note = "of a relation to one there is one or none: load it by `include`"
)]
pub trait IntoCount<M> {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn into_counting(self) -> Arc<dyn Attach<M>>;
}
#[diagnostic::do_not_recommend]
impl<R: Model, M: Model, F> IntoCount<R> for Relation<R, M, ToMany, F> {
    #[allow(private_interfaces)]
    fn into_counting(self) -> Arc<dyn Attach<R>> {
        Arc::new(Counting(Include::of(self)))
    }
}
#[diagnostic::do_not_recommend]
impl<R: Model, M: Model> IntoCount<R> for Include<R, M, ToMany> {
    #[allow(private_interfaces)]
    fn into_counting(self) -> Arc<dyn Attach<R>> {
        Arc::new(Counting(self))
    }
}

/// A relation as a stage of a pipeline looks it up, without its types.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    /// The model that has the relation.
    pub(crate) owner: &'static Schema,
    pub(crate) relation: &'static str,
    pub(crate) filter: Expr,
    pub(crate) sort: Vec<SortKey>,
    pub(crate) skip: u64,
    pub(crate) take: Option<u64>,
    /// Whether it includes relations of its own, which a stage does not.
    pub(crate) is_nested: bool,
    /// Whether fields were selected, which what the documents are read into says.
    pub(crate) is_selected: bool,
}

/// What stands for a relation that a pipeline looks up: a [`Relation`], or one with a filter, an order and a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation",
    label = "expected a relation, such as `Post::author`",
    note = "only fields declared with `#[chakra(relation = …)]` can be looked up"
)]
pub trait IntoLookup {
    /// How many stand on the other side.
    type Amount;
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn into_lookup(self) -> Lookup;
}
#[diagnostic::do_not_recommend]
impl<R: Model, M: Model, A, F> IntoLookup for Relation<R, M, A, F> {
    type Amount = A;
    #[allow(private_interfaces)]
    fn into_lookup(self) -> Lookup {
        Include::of(self).into_lookup()
    }
}
#[diagnostic::do_not_recommend]
impl<R: Model, M: Model, A> IntoLookup for Include<R, M, A> {
    type Amount = A;
    #[allow(private_interfaces)]
    fn into_lookup(self) -> Lookup {
        let Self { name, filter, sort, skip, take, select, children, .. } = self;
        let (is_nested, is_selected) = (!children.is_empty(), select.is_some());
        Lookup { owner: R::schema(), relation: name, filter, sort, skip, take, is_nested, is_selected }
    }
}

/// What a field holds of the documents that a relation leads to.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` does not take what this relation leads to",
    label = "expected a `Vec` of a composite for a relation to many, an `Option` of one for a relation to one"
)]
pub trait LookedUp<A> {
    /// What is read of each of them.
    type Item: Composite;
    #[doc(hidden)]
    const MANY: bool;
}
#[diagnostic::do_not_recommend]
impl<C: Composite> LookedUp<ToMany> for Vec<C> {
    type Item = C;
    const MANY: bool = true;
}
#[diagnostic::do_not_recommend]
impl<C: Composite> LookedUp<ToOne> for Option<C> {
    type Item = C;
    const MANY: bool = false;
}
#[diagnostic::do_not_recommend]
impl<C: Composite> LookedUp<ToOptional> for Option<C> {
    type Item = C;
    const MANY: bool = false;
}
