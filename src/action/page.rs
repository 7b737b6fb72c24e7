//! `page`: a read in slices that goes on where the last one ended.

use super::{
    command::ReadCommand,
    find::{Find, Many},
    read::documents,
};
use crate::{
    Error, Result,
    driver::FindSpec,
    model::Model,
    query::{Filter, PageOrder, fingerprint, read_token, write_token},
    relation,
    render::{RenderedOrder, render_behind, render_matched, render_page_sort},
    schema::Schema,
};
use bson::Document;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture};

impl<M: Model> Find<M, Many> {
    /// Reads at most `size` documents, and gives tokens by which the next and the previous ones are read.
    ///
    /// A token is a position in the order, not a number of documents to leave out: whatever is inserted or deleted between two pages, every
    /// document that was there all the time and was not moved by a change comes exactly once. Where the order leaves open which of two
    /// documents comes first, it is continued by the `_id`.
    ///
    /// Sends one `find` with the filter, the position as a condition that an index serves, `sort`, and `limit: size + 1`; and one read for
    /// each included relation and level.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, age: i32, #[chakra(default = now())] created_at: DateTime<Utc> }
    /// # async fn f(db: Db, token: Option<String>) -> chakra::Result<()> {
    /// let newest = || db.find_many(User::age.gte(18)).order_by(User::created_at.desc());
    /// let page = newest().page(50).after(token).await?;
    /// for user in &page.items {
    ///     println!("{}", user.id);
    /// }
    /// let next = newest().page(50).after(page.next()).await?;
    /// let again = newest().page(50).before(next.prev()).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Tokens
    /// A token stands in a URL as it is. It fits the filter with its values, the order and the collation that it was given for, and no other
    /// read: a filter by `Utc::now()` is another one each time. It holds what its document has in the fields of the order, in a form that can
    /// be read and changed: one that was tampered with is refused, or starts elsewhere in the same read, but cannot reach beyond its filter. Where
    /// those values are not for who gets the token, seal it by [`page_key`](crate::Builder::page_key): nobody else can read it then, and one
    /// that was tampered with is refused.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a token of another read or none at all; for a size of 0; where `skip`, `take` or `distinct_by` are given too; for an
    /// order by relevance, by a variant's field, or by a field whose values may have any type; and where such a field holds a value of another
    /// type than its own, as while a field is switched to another type with `as`. Else as [`find_many`](crate::Db::find_many).
    pub fn page(self, size: u32) -> PageRead<M> {
        PageRead { find: self, size, from: None }
    }
}

/// On which side of a token a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    After,
    Before,
}

/// A read of one page, as it is built; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct PageRead<M> {
    pub(super) find: Find<M, Many>,
    size: u32,
    from: Option<(Side, String)>,
}

impl<M> PageRead<M> {
    /// The page that follows; the first one where there is no token.
    pub fn after(self, token: impl Into<Option<String>>) -> Self {
        self.at(Side::After, token.into())
    }

    /// The page in front, in the same order; the first one where there is no token.
    pub fn before(self, token: impl Into<Option<String>>) -> Self {
        self.at(Side::Before, token.into())
    }

    fn at(mut self, side: Side, token: Option<String>) -> Self {
        self.from = token.map(|token| (side, token));
        self
    }
}

/// Documents of one page, and the tokens of its neighbours.
pub struct Page<M> {
    /// The documents, in order.
    pub items: Vec<M>,
    next: Option<String>,
    prev: Option<String>,
}

impl<M> Page<M> {
    /// The token for [`after`](PageRead::after); nothing where this was the last page when it was read.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        self.next.clone()
    }

    /// The token for [`before`](PageRead::before); nothing where this is the first page. What was in front may have been deleted since, and
    /// the page is empty then.
    #[must_use]
    pub fn prev(&self) -> Option<String> {
        self.prev.clone()
    }
}

impl<M: Model> IntoFuture for PageRead<M> {
    type Output = Result<Page<M>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let schema = M::schema();
            let Find { db, query, .. } = self.find;
            if self.size == 0 {
                return Err(Error::rule(schema, "", "a page of at least one document"));
            }
            if query.skip.is_some() || query.take.is_some() {
                return Err(Error::rule(schema, "", "a page without `skip` and `take`: its size says how many"));
            }
            query.check_sliced()?;
            relation::nodes(&query.includes)?;
            let collation = query.options.collation.as_ref();
            let order = PageOrder::of(schema, &query.sort, collation.is_some())?;
            // The keys of related documents may be others for the next page, which is one of the same read.
            let related = query.expr.has_related().then(|| Filter::<M>::new(query.expr.clone()).detail().to_string());
            let scope = db.scope(query.deadline);
            let expr = relation::resolve(&db, &scope, query.expr.clone(), &query.options).await?;
            let matched = render_matched(schema, &expr)?;
            let same = related.map_or_else(|| bytes(&matched.first), String::into_bytes);
            let asked = asked(schema, &same, &render_page_sort(&order, false), format!("{collation:?}").as_bytes());
            let (is_reversed, position) = match &self.from {
                None => (false, None),
                Some((side, token)) => {
                    let position = read_token(db.page_keys(), token, asked).filter(|position| order.takes(position));
                    let position = position
                        .ok_or_else(|| Error::rule(schema, "", "a page token that was given for the same filter, order and collation"))?;
                    (*side == Side::Before, Some(position))
                }
            };
            let matched = match &position {
                Some(position) => matched.with_first(|filter| render_behind(filter, &order, position, is_reversed)),
                None => matched,
            };
            let one_more = self.size.saturating_add(1);
            let mut options = query.options.clone();
            // All in one round trip.
            options.batch_size = options.batch_size.or(Some(one_more));
            let sort = RenderedOrder::plain(Some(render_page_sort(&order, is_reversed)));
            let spec = FindSpec { limit: Some(one_more.into()), options, ..FindSpec::default() };
            let batches = ReadCommand::of(schema, matched, sort, spec)?.open(&db, &scope, schema).await?.all().await?;
            let mut found = documents(&batches)?;
            let size = usize::try_from(self.size).unwrap_or(usize::MAX);
            let has_more = found.len() > size;
            found.truncate(size);
            if is_reversed {
                found.reverse();
            }
            // First of all, so that a document which cannot be read is named as one.
            let items = query.values(&db, &scope, found.clone()).await?;
            // On the side from which it came, there is what the token was given for.
            let (has_prev, has_next) = if is_reversed { (has_more, true) } else { (position.is_some(), has_more) };
            let token = |document: Option<&&[u8]>| -> Result<Option<String>> {
                let Some(document) = document else { return Ok(None) };
                let position = order.position(schema, document)?;
                write_token(db.page_keys(), asked, position).map(Some).map_err(|error| Error::encode(schema, &error))
            };
            let prev = token(found.first().filter(|_| has_prev))?;
            let next = token(found.last().filter(|_| has_next))?;
            Ok(Page { items, next, prev })
        })
    }
}

/// What a read asks for, as one number.
fn asked(schema: &Schema, filter: &[u8], sort: &Document, collation: &[u8]) -> u64 {
    fingerprint(&[schema.collection.as_bytes(), filter, &bytes(sort), collation])
}

fn bytes(document: &Document) -> Vec<u8> {
    // What cannot be written cannot be sent either.
    document.to_vec().unwrap_or_default()
}

impl<M> fmt::Debug for PageRead<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Page({:?})", self.find)
    }
}

// Without the tokens: they hold values of documents.
impl<M: fmt::Debug> fmt::Debug for Page<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, next, prev } = self;
        let (next, prev) = (next.is_some(), prev.is_some());
        f.debug_struct("Page").field("items", items).field("next", &next).field("prev", &prev).finish()
    }
}
