//! Filters on related documents: the keys that answer them are read first, and a test of a key takes the place of each.
//!
//! Innermost first, since a filter on related documents may ask for what is related to those; of the tests that do not depend on
//! each other a few are read at the same time. Called by every verb that takes a filter. The filter that comes of it is rendered as any other;
//! where there are more keys than a filter may name, or it is about one document anyway, a read leaves the test in it, to be looked up for each
//! document.

use super::{keys::PARALLEL, link_key::link_keys};
use crate::{
    Error, Result,
    db::Db,
    driver::{ReadOptions, Scope},
    query::{Expr, RelatedKey, RelatedTest, SortKey, Stage},
    render::{MOST_RELATED_BYTES, is_forgotten, names_few, render_filter, render_related, size_of_value},
    schema::Schema,
};
use bson::Bson;
use futures::{
    StreamExt, TryStreamExt,
    future::{BoxFuture, FutureExt},
    stream,
};

/// `expr` as tests of its own documents, for a read with these options. A test that would have to name too many keys is left for
/// `render_matched`, and so are all where the filter names one document by a unique key.
///
/// # Errors
/// [`Error::TooLarge`] where such a test cannot be looked up either, what an inner filter cannot be rendered for, and those of a read.
pub(crate) async fn resolve(db: &Db, scope: &Scope, expr: Expr, options: &ReadOptions) -> Result<Expr> {
    if !expr.has_related() {
        return Ok(expr);
    }
    // An aggregate, which looks related documents up, has none of these options.
    let is_find = options.no_cursor_timeout.is_some() || options.allow_partial_results.is_some();
    if !is_find && names_few(&expr) {
        return Ok(expr);
    }
    Reader::new(db, scope, options).plain(expr, TooMany::Left).await
}

/// The same for a write, or for who takes a plain match only: no test is left.
///
/// # Errors
/// As [`resolve`], and [`Error::TooLarge`] where a test would have to name too many keys.
pub(crate) async fn resolve_known(db: &Db, scope: &Scope, expr: Expr, options: &ReadOptions) -> Result<Expr> {
    if !expr.has_related() {
        return Ok(expr);
    }
    Reader::new(db, scope, options).plain(expr, TooMany::Refused).await
}

/// The same for the filters in an order.
///
/// # Errors
/// As [`resolve`].
pub(crate) async fn resolve_order(db: &Db, scope: &Scope, sort: Vec<SortKey>, options: &ReadOptions) -> Result<Vec<SortKey>> {
    let mut resolved = Vec::with_capacity(sort.len());
    for key in sort {
        resolved.push(match key {
            SortKey::Related(key) => {
                let filter = resolve(db, scope, key.filter.clone(), options).await?;
                SortKey::Related(Box::new(RelatedKey { filter, ..*key }))
            }
            other => other,
        });
    }
    Ok(resolved)
}

/// The same for a write to all documents that match. Where the keys that were read leave no condition, every document is meant and not
/// forgotten. A filter that has none whatever the keys are gives the empty one, for the verb to refuse, and nothing is read.
///
/// # Errors
/// As [`resolve_known`].
pub(crate) async fn resolve_many(db: &Db, scope: &Scope, schema: &'static Schema, expr: Expr, options: &ReadOptions) -> Result<Expr> {
    if !expr.has_related() {
        return Ok(expr);
    }
    if is_forgotten(schema, &expr)? {
        return Ok(Expr::EMPTY);
    }
    let plain = resolve_known(db, scope, expr, options).await?;
    let is_empty = render_filter(schema, &plain)?.is_empty();
    Ok(if is_empty { Expr::All } else { plain })
}

/// The same for the filters in the stages of a pipeline.
///
/// # Errors
/// As [`resolve`].
pub(crate) async fn resolve_stages(db: &Db, scope: &Scope, stages: Vec<Stage>, options: &ReadOptions) -> Result<Vec<Stage>> {
    Reader::new(db, scope, options).plain_stages(stages).await
}

/// What becomes of a test with more keys than a filter may name.
#[derive(Clone, Copy)]
enum TooMany {
    /// It is looked up for each document.
    Left,
    /// It is an error.
    Refused,
}

/// Who reads keys.
struct Reader<'r> {
    db: &'r Db,
    scope: &'r Scope,
    options: ReadOptions,
}

impl<'r> Reader<'r> {
    fn new(db: &'r Db, scope: &'r Scope, options: &ReadOptions) -> Self {
        let options = ReadOptions {
            collation: options.collation.clone(),
            comment: options.comment.clone(),
            max_time: options.max_time,
            read_preference: options.read_preference.clone(),
            read_concern: options.read_concern.clone(),
            // All in one round trip.
            batch_size: Some(db.most_related_keys().saturating_add(1)),
            ..ReadOptions::default()
        };
        Self { db, scope, options }
    }
}

impl Reader<'_> {
    fn plain(&self, expr: Expr, too_many: TooMany) -> BoxFuture<'_, Result<Expr>> {
        async move {
            Ok(match expr {
                Expr::And(all) => Expr::And(self.plain_each(all, too_many).await?),
                Expr::Or(any) => Expr::Or(self.plain_each(any, too_many).await?),
                Expr::Not(inner) => Expr::Not(Box::new(self.plain(*inner, too_many).await?)),
                Expr::Related(test) => {
                    // The read of the keys may look up what stands in the test.
                    let RelatedTest { owner, relation, operator, count, inner } = *test;
                    let inner = self.plain(inner, TooMany::Left).await?;
                    self.answer(RelatedTest { owner, relation, operator, count, inner }, too_many).await?
                }
                plain => plain,
            })
        }
        .boxed()
    }

    async fn plain_each(&self, exprs: Vec<Expr>, too_many: TooMany) -> Result<Vec<Expr>> {
        stream::iter(exprs).map(move |expr| self.plain(expr, too_many)).buffered(PARALLEL).try_collect().await
    }

    /// The test of a key that says the same; or the test itself.
    async fn answer(&self, test: RelatedTest, too_many: TooMany) -> Result<Expr> {
        let most = self.db.most_related_keys();
        let mut related = render_related(&test, most)?;
        let Some(pipeline) = related.pipeline.take() else { return Ok(related.test(Vec::new())) };
        let mut cursor = self.db.connection().aggregate(self.scope, related.schema, pipeline, self.options.clone()).await?;
        // The text index is asked at the start of a pipeline only.
        let can_be_left = matches!(too_many, TooMany::Left) && !test.inner.has_search();
        let (mut keys, mut rows, mut bytes) = (Vec::new(), 0, 0);
        while let Some(batch) = cursor.next_batch().await? {
            for row in batch.documents() {
                // One of them may be null, which is no key, and has taken the place of one.
                rows += 1;
                let found = match link_keys(row?, "_id") {
                    Ok(found) => found,
                    // What cannot be read is the key of no document that can be.
                    Err(_) if !related.is_of_others() => continue,
                    // It would have to be named to be left out.
                    Err(_) if can_be_left => return Ok(Expr::Related(Box::new(test))),
                    Err(error) => return Err(Error::decode(related.schema, &[], error)),
                };
                if related.is_of_others() && found.is_empty() {
                    // Undefined is no key, and not null either to servers from 8.0 on.
                    keys.push(Bson::Undefined);
                }
                // In a list that others have it names nothing.
                for (_, key) in found.into_iter().filter(|(_, key)| related.is_of_others() || *key != Bson::Undefined) {
                    bytes += size_of_value(&key);
                    keys.push(key);
                }
            }
            if can_be_left && bytes > MOST_RELATED_BYTES {
                return Ok(Expr::Related(Box::new(test)));
            }
        }
        if rows <= u64::from(most) {
            return Ok(related.test(keys));
        }
        if can_be_left {
            return Ok(Expr::Related(Box::new(test)));
        }
        let RelatedTest { owner, relation, operator, .. } = test;
        Err(Error::TooLarge { model: owner.model, relation, operator, most })
    }

    fn plain_stages(&self, stages: Vec<Stage>) -> BoxFuture<'_, Result<Vec<Stage>>> {
        stream::iter(stages).map(move |stage| self.plain_stage(stage)).buffered(PARALLEL).try_collect::<Vec<_>>().boxed()
    }

    async fn plain_stage(&self, stage: Stage) -> Result<Stage> {
        Ok(match stage {
            Stage::Match(filter) if filter.has_related() => Stage::Match(self.plain(filter, TooMany::Left).await?),
            Stage::UnionWith(schema, filter) if filter.has_related() => Stage::UnionWith(schema, self.plain(filter, TooMany::Left).await?),
            Stage::Lookup { to, mut lookup, of, many, into } if lookup.filter.has_related() => {
                lookup.filter = self.plain(lookup.filter, TooMany::Left).await?;
                Stage::Lookup { to, lookup, of, many, into }
            }
            Stage::Facet(mut branches) => {
                let mut fields = Vec::with_capacity(branches.fields.len());
                for (field, stages) in branches.fields {
                    fields.push((field, self.plain_stages(stages).await?));
                }
                branches.fields = fields;
                Stage::Facet(branches)
            }
            other => other,
        })
    }
}
