//! [`IndexCheck`] and `assert_indexed!`: whether declared indexes serve a query, asked without a server.

use super::{
    count::Count,
    delete::{Delete, DeleteMany},
    distinct::Distinct,
    exists::Exists,
    find::Find,
    page::PageRead,
    update::{ManyDocs, OneDoc},
};
use crate::{
    Result,
    model::Model,
    query::{Expr, Filter, IntoSort, PageOrder, SortKey, UniqueFilter, Update},
    render::{Coverage, cover, order_of_firsts, render_filter, render_order_asked, render_page_sort, render_sort, render_unasked},
};
use bson::Document;

/// A query of which the declared indexes can be asked whether they serve it: a filter, or a verb that has one.
///
/// It is the model's declaration that is asked, and no server: [`assert_indexed!`](crate::assert_indexed) makes a test of it. What is looked at
/// is the filter, the order and the collation; a limit makes no difference, since what is filtered out and what is sorted comes
/// before it, and a `hint` is not heeded. A filter on related documents is looked at as the test of a key that it becomes; the read of the keys
/// is a query of the other model. What related documents give as an order is in no index, and sorted in memory. An update is asked for the
/// documents that its filter names, a `distinct` for those of which it reads values, and a page for the first one. A read with `distinct_by` sorts the groups that it makes in memory, always, so that it is served only
/// where it finds at most one document; the advice is on what is grouped.
///
/// ```
/// # use chakra::{action::IndexCheck, prelude::*};
/// # #[derive(Model)] #[chakra(index(role))] struct User { #[chakra(id)] id: Id<User>, role: String, age: i32 }
/// let admins = User::role.eq("admin");
/// assert!(admins.coverage()?.is_indexed());
/// let oldest = admins.coverage_by(User::age.desc())?;
/// assert_eq!(oldest.advice(), Some("index(role, age = desc)"));
/// # Ok::<(), chakra::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no query of which the indexes can be checked",
    label = "expected a filter of a model, or a verb that has one",
    note = "`find_many`, `find_first`, `find_unique`, `get`, `count`, `exists`, `distinct`, `page`, `update`, `update_many`, `delete` and `delete_many` have one"
)]
pub trait IndexCheck {
    /// The model of which documents are asked for.
    type Model: Model;

    /// Whether declared indexes serve the query.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) where the query itself would be.
    fn coverage(&self) -> Result<Coverage>;

    /// Whether they serve it in this order, in place of its own.
    ///
    /// # Errors
    /// As [`coverage`](Self::coverage).
    fn coverage_by(&self, order: impl IntoSort<Self::Model>) -> Result<Coverage>;
}

#[diagnostic::do_not_recommend]
impl<Q: IndexCheck + ?Sized> IndexCheck for &Q {
    type Model = Q::Model;

    fn coverage(&self) -> Result<Coverage> {
        (**self).coverage()
    }

    fn coverage_by(&self, order: impl IntoSort<Self::Model>) -> Result<Coverage> {
        (**self).coverage_by(order)
    }
}

/// For each query: where its filter stands, its order, and by which collation it compares texts.
macro_rules! checked {
    ($([$($parameters:tt)*] $query:ty, $this:ident: $expr:expr, $sort:expr, $collation:expr;)*) => {$(
        impl<$($parameters)*> IndexCheck for $query {
            type Model = M;

            fn coverage(&self) -> Result<Coverage> {
                let $this = self;
                asked::<M>(&$expr, &$sort, $collation)
            }

            fn coverage_by(&self, order: impl IntoSort<M>) -> Result<Coverage> {
                let $this = self;
                asked::<M>(&$expr, &order.into_keys(), $collation)
            }
        }
    )*};
}

checked! {
    [M: Model] Filter<M>, filter: filter.expr, [], None;
    [M: Model] UniqueFilter<M>, key: key.expr, [], None;
    [M: Model] Count<M>, count: count.expr, [], count.options.collated();
    [M: Model] Exists<M>, exists: exists.expr, [], exists.options.collated();
    [M: Model, V] Distinct<M, V>, distinct: distinct.expr, [], distinct.options.collated();
    [M: Model, R] Update<M, OneDoc<R>>, update: update.to.expr, [], None;
    [M: Model] Update<M, ManyDocs>, update: update.to.expr, [], None;
    [M: Model, R] Delete<M, R>, delete: delete.expr, [], None;
    [M: Model] DeleteMany<M>, delete: delete.expr, [], None;
}

impl<M: Model, S, T> IndexCheck for Find<M, S, T> {
    type Model = M;

    fn coverage(&self) -> Result<Coverage> {
        asked_by_find(self, &self.query.sort)
    }

    fn coverage_by(&self, order: impl IntoSort<M>) -> Result<Coverage> {
        asked_by_find(self, &order.into_keys())
    }
}

impl<M: Model> IndexCheck for PageRead<M> {
    type Model = M;

    fn coverage(&self) -> Result<Coverage> {
        asked_by_page(self, &self.find.query.sort)
    }

    fn coverage_by(&self, order: impl IntoSort<M>) -> Result<Coverage> {
        asked_by_page(self, &order.into_keys())
    }
}

fn asked<M: Model>(expr: &Expr, sort: &[SortKey], collation: Option<Document>) -> Result<Coverage> {
    let schema = M::schema();
    let filter = render_filter(schema, &render_unasked(expr)?)?;
    let sort = render_order_asked(schema, sort, &filter)?;
    Ok(cover(schema, &filter, sort.as_ref(), collation.as_ref()))
}

/// Of documents that are alike the first ones are read in an order that ends with the id, and what is left of each group is sorted again.
fn asked_by_find<M: Model, S, T>(find: &Find<M, S, T>, sort: &[SortKey]) -> Result<Coverage> {
    let (schema, query) = (M::schema(), &find.query);
    if query.distinct.is_empty() {
        return asked::<M>(&query.expr, sort, query.options.collated());
    }
    let filter = render_filter(schema, &render_unasked(&query.expr)?)?;
    let order = order_of_firsts(render_sort(schema, sort, &filter)?);
    Ok(cover(schema, &filter, Some(&order), query.options.collated().as_ref()).with_groups())
}

/// A page has an order in which no two documents stand at one place.
fn asked_by_page<M: Model>(page: &PageRead<M>, sort: &[SortKey]) -> Result<Coverage> {
    let (schema, query) = (M::schema(), &page.find.query);
    let order = PageOrder::of(schema, sort, query.options.collation.is_some())?;
    let filter = render_filter(schema, &render_unasked(&query.expr)?)?;
    Ok(cover(schema, &filter, Some(&render_page_sort(&order, false)), query.options.collated().as_ref()))
}

/// Asserts that declared indexes serve a query: that the server would neither look at every document, nor go through all keys of an index,
/// nor sort in memory.
///
/// It needs no server, so it fits into a unit test. The query is a filter, a filter and an order, or a verb that has them; see
/// [`IndexCheck`](crate::action::IndexCheck).
///
/// ```no_run
/// # use chakra::prelude::*;
/// #[derive(Model)]
/// #[chakra(index(is_active, created_at = desc))]
/// struct User {
///     #[chakra(id)]
///     id: Id<User>,
///     is_active: bool,
///     name: String,
///     #[chakra(default = now())]
///     created_at: DateTime<Utc>,
/// }
///
/// fn active() -> Filter<User> {
///     User::is_active.eq(true)
/// }
///
/// #[test]
/// fn the_list_of_users_is_indexed() {
///     chakra::assert_indexed!(active(), order_by = User::created_at.desc());
/// }
/// ```
///
/// # Panics
/// Where no declared index serves the query. The message says what the server would go through, what is asked for, which index would serve
/// it, and which indexes there are; and where the query is no valid one, why.
///
/// ```should_panic
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, is_active: bool }
/// chakra::assert_indexed!(User::is_active.eq(true));
/// // this query of `User` is not indexed: every document is looked at, as no index leads to what the filter asks for
/// //   asked: is_active (one value)
/// //   advice: `#[chakra(index(is_active))]` would serve it
/// //   declared: the id
/// ```
#[macro_export]
macro_rules! assert_indexed {
    ($query:expr, order_by = $order:expr $(,)?) => {
        match $crate::action::IndexCheck::coverage_by(&$query, $order) {
            ::core::result::Result::Ok(coverage) => ::core::assert!(coverage.is_indexed(), "{}", coverage),
            ::core::result::Result::Err(error) => ::core::panic!("{}", error),
        }
    };
    ($query:expr $(,)?) => {
        match $crate::action::IndexCheck::coverage(&$query) {
            ::core::result::Result::Ok(coverage) => ::core::assert!(coverage.is_indexed(), "{}", coverage),
            ::core::result::Result::Err(error) => ::core::panic!("{}", error),
        }
    };
}
