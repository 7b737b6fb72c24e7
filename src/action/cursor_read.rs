//! `cursor`: a read that starts at one document, in either direction.

use super::{
    command::ReadCommand,
    find::{Find, Many},
    read::{FindQuery, documents},
};
use crate::{
    Error, Result,
    db::Db,
    driver::{FindSpec, ReadOptions, Scope},
    model::Model,
    query::{Expr, Key, PageOrder},
    relation,
    render::{RenderedOrder, render_filter, render_from, render_matched, render_page_sort, render_paths},
};
use bson::Bson;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture};

impl<M: Model, T> Find<M, Many, T> {
    /// Reads from the document with this unique key on, itself the first: with [`take(10)`](CursorRead::take) ten documents, and with `take(-10)`
    /// the ten that end with it, in the read's order too. [`skip(1)`](CursorRead::skip) leaves it out.
    ///
    /// The key names a place in the order. Where the filter does not match the document that has it, the read starts with the first one behind
    /// that place. Where the order leaves open which of two documents comes first, it is continued by the `_id`.
    ///
    /// Sends a `find` of what the document has in the fields of the order, by its key and with `limit: 1`, and then the read: one `find` with
    /// the filter, the place as a condition that an index serves, `sort`, `skip` and `limit`; and one read for each included relation and level.
    /// The two are no snapshot outside a transaction: a document that is moved in the order in between is read from where it was.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Message { #[chakra(id)] id: Id<Message>, room: i64, #[chakra(default = now())] at: DateTime<Utc> }
    /// # async fn f(db: Db, linked: Id<Message>) -> chakra::Result<()> {
    /// let room = || db.find_many(Message::room.eq(7)).order_by(Message::at.asc());
    /// let with_what_follows = room().cursor(linked).take(20).await?;
    /// let what_came_before = room().cursor(linked).skip(1).take(-20).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// A token that goes on where a page ended, without a document to name, is given by [`page`](Find::page).
    ///
    /// # Errors
    /// [`Error::NotFound`] where no document has the key. [`Error::Invalid`] for an order by relevance, by a variant's field, or by a field
    /// whose values may have any type; where the document holds a value of another type than the field's own; under a collation where the `_id`
    /// is text; and together with [`distinct_by`](Find::distinct_by). Else as [`find_many`](crate::Db::find_many).
    pub fn cursor<K: Key<Model = M>>(self, key: K) -> CursorRead<M, T> {
        let Find { db, mut query, .. } = self;
        let take = query.take.take().map(|take| i64::try_from(take).unwrap_or(i64::MAX));
        CursorRead { db, query, key: key.into_unique().expr, take }
    }
}

/// A read from one document on, as it is built; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct CursorRead<M, T = M> {
    db: Db,
    query: FindQuery<M, T>,
    key: Expr,
    take: Option<i64>,
}

impl<M, T> CursorRead<M, T> {
    /// Leaves out the first `n` documents in the direction in which is read; with 1 the one that the key names.
    pub fn skip(mut self, n: u64) -> Self {
        self.query.skip = Some(n);
        self
    }

    /// Reads at most `n` documents, or with a negative `n` the last ones up to the one that the key names; with 0 none, and nothing is sent.
    /// Without it everything from that one on is read.
    pub fn take(mut self, n: i64) -> Self {
        self.take = Some(n);
        self
    }
}

impl<M: Model, T> CursorRead<M, T> {
    async fn read(self) -> Result<Vec<T>> {
        let Self { db, query, key, take } = self;
        if take == Some(0) {
            return Ok(Vec::new());
        }
        query.check_sliced()?;
        relation::nodes(&query.includes)?;
        let schema = M::schema();
        let order = PageOrder::of(schema, &query.sort, query.options.collation.is_some())?;
        let projection = query.rows.projection(schema)?;
        let scope = db.scope(query.deadline);
        let expr = relation::resolve(&db, &scope, query.expr.clone(), &query.options).await?;
        let matched = render_matched(schema, &expr)?;
        let key = relation::resolve_known(&db, &scope, key, &query.options).await?;
        let position = position::<M>(&db, &scope, &order, &key, &query.options).await?;
        let is_reversed = take.is_some_and(i64::is_negative);
        let matched = matched.with_first(|filter| render_from(filter, &order, &position, is_reversed));
        let limit = take.map(i64::unsigned_abs);
        let mut options = query.options.clone();
        // All in one round trip.
        options.batch_size = options.batch_size.or(limit.and_then(|limit| u32::try_from(limit).ok()));
        let spec = FindSpec {
            sort: None,
            projection,
            skip: query.skip,
            limit: limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX)),
            options,
        };
        let sort = RenderedOrder::plain(Some(render_page_sort(&order, is_reversed)));
        let batches = ReadCommand::of(schema, matched, sort, spec)?.open(&db, &scope, schema).await?.all().await?;
        let mut found = documents(&batches)?;
        if is_reversed {
            found.reverse();
        }
        query.values(&db, &scope, found).await
    }
}

/// Where in the order the document stands that the key names. It is looked for as every document with a key is, whatever index or collation
/// the read itself is told to use.
async fn position<M: Model>(db: &Db, scope: &Scope, order: &PageOrder, key: &Expr, options: &ReadOptions) -> Result<Vec<Bson>> {
    let schema = M::schema();
    let paths = order.keys().iter().map(|key| key.path.clone());
    let options = ReadOptions {
        comment: options.comment.clone(),
        max_time: options.max_time,
        read_preference: options.read_preference.clone(),
        read_concern: options.read_concern.clone(),
        ..ReadOptions::default()
    };
    // With the id, by which an error names the document.
    let projection = render_paths(paths.chain(["_id".to_owned()]));
    let spec = FindSpec { projection, options, ..FindSpec::default() };
    let found = db.connection().find_one(scope, schema, render_filter(schema, key)?, spec).await?;
    let found = found.ok_or_else(|| Error::not_found_by(schema, key))?;
    order.position(schema, found.as_bytes())
}

impl<M: Model, T: Send + 'static> IntoFuture for CursorRead<M, T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.read())
    }
}

impl<M, T> fmt::Debug for CursorRead<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CursorRead").field("sort", &self.query.sort).field("take", &self.take).finish_non_exhaustive()
    }
}
