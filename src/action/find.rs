//! `find_many`, `find_first`, `find_unique` and `get`: reading documents.

use super::{options::read_options, read::FindQuery, rows::Rows};
use crate::{
    Error, Result,
    db::Db,
    model::Model,
    query::{Expr, IntoCount, IntoFilter, IntoInclude, IntoSort, Key},
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData};

/// How many documents a read gives back.
pub trait Shape: Send + 'static {
    /// What it gives back.
    type Of<T>;
    #[doc(hidden)]
    const LIMIT: Option<i64>;
    #[doc(hidden)]
    fn shape<T>(found: Vec<T>, missing: impl FnOnce() -> Error) -> Result<Self::Of<T>>;
}

/// All that match: a `Vec`.
#[derive(Debug)]
pub enum Many {}
/// One that matches, or none: an `Option`.
#[derive(Debug)]
pub enum First {}
/// The one that matches; [`Error::NotFound`] where there is none.
#[derive(Debug)]
pub enum Exact {}

impl Shape for Many {
    type Of<T> = Vec<T>;
    const LIMIT: Option<i64> = None;
    fn shape<T>(found: Vec<T>, _: impl FnOnce() -> Error) -> Result<Vec<T>> {
        Ok(found)
    }
}
impl Shape for First {
    type Of<T> = Option<T>;
    const LIMIT: Option<i64> = Some(1);
    fn shape<T>(found: Vec<T>, _: impl FnOnce() -> Error) -> Result<Option<T>> {
        Ok(found.into_iter().next())
    }
}
impl Shape for Exact {
    type Of<T> = T;
    const LIMIT: Option<i64> = Some(1);
    fn shape<T>(found: Vec<T>, missing: impl FnOnce() -> Error) -> Result<T> {
        found.into_iter().next().ok_or_else(missing)
    }
}

/// A read of documents of `M`, of each of which it gives a `T`, as it is built; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct Find<M, S, T = M> {
    pub(super) db: Db,
    pub(super) query: FindQuery<M, T>,
    shape: PhantomData<fn() -> S>,
}

impl Db {
    /// Reads all documents that match `filter`, as a `Vec`.
    ///
    /// Sends one `find` (and one `getMore` for each 16 MiB after the first 101 documents; with includes the first reply is as large), and one
    /// read for each relation and level that is included or counted. `User::all()` reads the whole collection. A filter on [related documents](crate::query#related-documents) is one read
    /// of their keys more, in front of the `find`; above 100,000 keys or 4 MiB of them, and where a unique key or a few are named beside it, they are
    /// looked up in an `aggregate` in its place.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, last_name: String, age: i32 }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let page: Vec<User> = db.find_many(User::age.gte(18)).order_by((User::last_name.asc(), User::id.asc())).skip(20).take(20).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Decode`] where a document is not what the model says, [`Error::Dangling`] where a required included relation leads nowhere,
    /// [`Error::Invalid`] where a value cannot be compared with its field, and what the connection reports.
    pub fn find_many<M: Model>(&self, filter: impl IntoFilter<M>) -> Find<M, Many> {
        Find::new(self, filter.into_filter().expr)
    }

    /// Reads the first document that matches `filter` in the given order, if there is one. Sends one `find` with `limit: 1`.
    ///
    /// # Errors
    /// As [`find_many`](Self::find_many).
    pub fn find_first<M: Model>(&self, filter: impl IntoFilter<M>) -> Find<M, First> {
        Find::new(self, filter.into_filter().expr)
    }

    /// Reads the document with this unique key, if there is one. Sends one `find` with `limit: 1`.
    ///
    /// With a filter on [related documents](crate::query#related-documents) beside the key it is one `aggregate`, which looks them up.
    ///
    /// A unique key is an [`Id`](crate::Id), or `eq` on the id, on a `unique` field or on a compound `unique(…)`; others do not compile.
    ///
    /// # Errors
    /// As [`find_many`](Self::find_many).
    pub fn find_unique<K: Key<Model: Model>>(&self, key: K) -> Find<K::Model, First> {
        Find::new(self, key.into_unique().expr)
    }

    /// Reads the document with this unique key. Sends one `find` with `limit: 1`.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none; else as [`find_many`](Self::find_many).
    pub fn get<K: Key<Model: Model>>(&self, key: K) -> Find<K::Model, Exact> {
        Find::new(self, key.into_unique().expr)
    }
}

impl<M: Model, S> Find<M, S> {
    fn new(db: &Db, expr: Expr) -> Self {
        let query = FindQuery::new(expr);
        Self { db: db.clone(), query, shape: PhantomData }
    }

    /// The same read, of which something else is made.
    pub(super) fn with_rows<T>(self, rows: Rows<M, T>) -> Find<M, S, T> {
        Find { db: self.db, query: self.query.with_rows(rows), shape: PhantomData }
    }

    /// Loads related documents along: one more read for each relation and level, whatever the number of documents. Outside a transaction
    /// these are several commands and no snapshot.
    ///
    /// Sends for each a `find` with `{key: {"$in": [keys]}}` and the include's own filter, and an `aggregate` where a relation to many by a key
    /// has `take` or `skip`. Keys are sent once each, in several such commands at the same time where they are more than 20,000. Relations of
    /// one level are read at the same time, in a transaction one after the other. Related documents come in the order that was asked for, else
    /// in that of the id list; an id that stands in it twice, or leads nowhere, gives one document and none. The read's `read_preference`,
    /// `read_concern`, `comment` and `max_time` are those of each of these reads as well; its `hint` and `collation` are its own.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, title: String, published: bool, author_id: Id<User> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let latest = User::posts.filter(Post::published.eq(true)).order_by(Post::id.desc()).take(5);
    /// for user in db.find_many(User::all()).include(latest).await? {
    ///     println!("{}: {}", user.id, user.posts.get()?.len());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// To load a relation of values that are there already, use [`load`](Db::load).
    ///
    /// # Errors
    /// The read is [`Error::Dangling`] where a required relation leads to no document, which names both ends.
    pub fn include(mut self, relation: impl IntoInclude<M>) -> Self {
        self.query.includes.push(relation.into_attach());
        self
    }

    /// Counts related documents along, for [`Related::count`](crate::Related::count): all of them, or those that a filter matches. They may be
    /// loaded too.
    ///
    /// Sends one `aggregate` for each counted relation, whatever the number of documents: `$match` by the keys and the filter, and a `$group` by
    /// the key; of a relation whose ids stand on the other side an `$unwind` in between. Ids that lead nowhere do not count, so the server is
    /// asked for those of an id list too.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, published: bool, author_id: Id<User> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let users = db.find_many(User::all()).include_count(User::posts.filter(Post::published.eq(true))).await?;
    /// let published: u64 = users[0].posts.count()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The read is [`Error::Invalid`] where `order_by`, `skip`, `take` or `include` was said of what is counted.
    pub fn include_count(mut self, relation: impl IntoCount<M>) -> Self {
        self.query.includes.push(relation.into_counting());
        self
    }
}

impl<M: Model, S, T> Find<M, S, T> {
    /// Reads only documents that match `filter` too.
    pub fn filter(mut self, filter: impl IntoFilter<M>) -> Self {
        self.query.expr = self.query.expr.and(filter.into_filter().expr);
        self
    }

    /// Reads only documents that match the filter made of `value`, where there is a value.
    pub fn filter_if<V, F: IntoFilter<M>>(self, value: Option<V>, filter: impl FnOnce(V) -> F) -> Self {
        match value {
            Some(value) => self.filter(filter(value)),
            None => self,
        }
    }

    /// Reads in this order; `None` comes first ascending. Without it the order is the server's.
    ///
    /// An order may ask for related documents: `User::posts.count().desc()` for how many there are, also of those that a filter matches, and
    /// `Post::author.by(User::name).asc()` for a field of the one that there is, which is `None` where there is none. Such a read sends one
    /// `aggregate` in the place of the `find`: `$match`, for each such criterion a `$lookup` by the index of the key, `$set`, `$sort` with the `_id`
    /// behind what was asked for, `$skip`, `$limit`, and `$unset` or `$project`. Whatever matches is looked up before it is sorted, so a filter
    /// that leaves little is what makes it fast.
    ///
    /// # Errors
    /// The read is [`Error::Invalid`] before anything is sent where an order by related documents stands beside `distinct_by`,
    /// `no_cursor_timeout` or `allow_partial_results`, or is to be read by [`page`](Find::page) or [`cursor`](Find::cursor).
    pub fn order_by(mut self, sort: impl IntoSort<M>) -> Self {
        self.query.sort = sort.into_keys();
        self
    }

    /// On a sharded cluster, gives what the shards have that answer, and is no error where one of them does not. What is missing then is
    /// not said.
    ///
    /// # Errors
    /// [`Error::Invalid`] together with [`distinct_by`](Find::distinct_by), whose command has no such option.
    pub fn allow_partial_results(mut self, allowed: bool) -> Self {
        self.query.options.allow_partial_results = Some(allowed);
        self
    }
}

read_options!(batched [M: Model, S, T] Find<M, S, T> { query.options, query.deadline });

impl<M: Model, T> Find<M, Many, T> {
    /// Leaves out the first `n` documents.
    pub fn skip(mut self, n: u64) -> Self {
        self.query.skip = Some(n);
        self
    }

    /// Reads at most `n` documents; with 0 none, and nothing is sent.
    pub fn take(mut self, n: u64) -> Self {
        self.query.take = Some(n);
        self
    }

    /// Lets the server keep the read open however long there is between two batches, where it would forget it after ten minutes; for a
    /// [`stream`](Find::stream) of which each document takes long. After 30 minutes without a batch it is forgotten all the same, unless the
    /// read is in a transaction, which ends earlier.
    ///
    /// # Errors
    /// [`Error::Invalid`] together with [`distinct_by`](Find::distinct_by), whose command has no such option.
    pub fn no_cursor_timeout(mut self, kept: bool) -> Self {
        self.query.options.no_cursor_timeout = Some(kept);
        self
    }
}

impl<M: Model, S: Shape, T: Send + 'static> IntoFuture for Find<M, S, T> {
    type Output = Result<S::Of<T>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { db, mut query, .. } = self;
            let scope = db.scope(query.deadline);
            if !query.takes_nothing() {
                query.resolve(&db, &scope).await?;
            }
            let found = query.read(&db, &scope, S::LIMIT).await?;
            S::shape(found, || query.not_found(M::schema()))
        })
    }
}

impl<M, S, T> fmt::Debug for Find<M, S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Find").field("sort", &self.query.sort).field("includes", &self.query.includes.len()).finish_non_exhaustive()
    }
}
