//! `replace`: a whole value in the place of a stored document.

use super::{
    insert::encode,
    returning::{New, Returning},
};
use crate::{
    Error, Result,
    codec::from_document,
    db::Db,
    driver::{ReadOptions, Scope, UpdateSpec},
    model::Model,
    query::{Expr, Key},
    relation,
    render::{render_filter, render_replace},
    schema::Schema,
};
use bson::{Document, RawDocumentBuf};
use futures::future::BoxFuture;
use std::{borrow::Borrow, fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The replacement of one document; awaiting it sends it.
#[must_use = "a replacement does nothing unless awaited"]
pub struct Replace<M, R = New> {
    db: Db,
    expr: Expr,
    /// The encoded value, or why it cannot be stored.
    document: Result<Vec<u8>>,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> (M, R)>,
}

impl Db {
    /// Puts a whole value in the place of the document with this unique key, and gives the document back as it is now. One `findAndModify`,
    /// atomic.
    ///
    /// Everything that the value does not have is gone afterwards, also what the model does not declare. Fields such as `created_at` are the
    /// value's own. Of the stored document stay its `_id`, its `version`, which is raised and not compared, and the id lists that a relation
    /// keeps on both sides; `updated_at` is the moment of the write. Relations in the value are not written. Where a field of the model is
    /// [referenced by keys](Self::update), it is a part of a transaction, as in `update`.
    ///
    /// To store what changed in a loaded value, and nothing else, use [`save`](Self::save).
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(unique)] email: String, bio: Option<String> }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// let user = User { id, email: "ada@example.com".into(), bio: None };
    /// let stored = db.replace(id, &user).await?;
    /// // [{"$replaceWith": {"$mergeObjects": [{"$literal": {"_id": …, "email": "ada@example.com"}}, {"_id": "$_id"}]}}]
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] before anything is sent, with all limits that the value breaks, and where the key is an `_id` that is not the
    /// value's; [`Error::NotFound`] where there is no such document; [`Error::Unique`] where another unique key is taken;
    /// [`Error::Restricted`] where keys hold a value that changes.
    pub fn replace<K: Key<Model: Model>>(&self, key: K, value: impl Borrow<K::Model>) -> Replace<K::Model> {
        let value: &K::Model = value.borrow();
        Replace { db: self.clone(), expr: key.into_unique().expr, document: encode(value), deadline: None, marker: PhantomData }
    }
}

impl<M, R> Replace<M, R> {
    /// Says what is given back: the document as it is now ([`New`], the default), as it was ([`Old`](crate::action::Old)), or
    /// [`Nothing`](crate::action::Nothing), which is one `updateOne` and just as atomic.
    pub fn returning<N: Returning>(self, _: N) -> Replace<M, N> {
        Replace { db: self.db, expr: self.expr, document: self.document, deadline: self.deadline, marker: PhantomData }
    }

    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M: Model, R: Returning> IntoFuture for Replace<M, R> {
    type Output = Result<R::Of<M>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (schema, db, expr) = (M::schema(), self.db.in_one_moment(), self.expr);
            let document = replacing(schema, &expr, &self.document?)?;
            let moved = relation::moved_by_replacing(schema, &document);
            let stages = render_replace(schema, document, db.now())?;
            let (limit, scope) = (self.deadline, db.scope(self.deadline));
            let db = db.within(scope.deadline);
            let expr = relation::resolve_known(&db, &scope, expr, &ReadOptions::on_primary()).await?;
            let filter = render_filter(schema, &expr)?;
            let replaced = if moved.is_empty() {
                put::<R>(&db, &scope, schema, filter, stages).await?
            } else {
                // What is given back as it is afterwards is read again where keys of its own have followed.
                let spec = UpdateSpec { return_new: R::READS && R::AFTER, ..UpdateSpec::default() };
                relation::following_one(&db, limit, schema, &moved, &filter, &spec, |tx| {
                    let (filter, stages) = (filter.clone(), stages.clone());
                    async move { put::<R>(&tx, &tx.scope(limit), schema, filter, stages).await }
                })
                .await?
            };
            R::read(&db, &replaced.ok_or_else(|| Error::not_found_by(schema, &expr))?)
        })
    }
}

/// Puts the value there; gives the document that is asked for, or an empty one.
async fn put<R: Returning>(
    db: &Db,
    scope: &Scope,
    schema: &'static Schema,
    filter: Document,
    stages: Vec<Document>,
) -> Result<Option<RawDocumentBuf>> {
    if R::READS {
        let spec = UpdateSpec { return_new: R::AFTER, ..UpdateSpec::default() };
        return db.connection().find_one_and_update(scope, schema, filter, stages, spec).await;
    }
    let counts = db.connection().update_one(scope, schema, filter, stages, UpdateSpec::default()).await?;
    Ok((counts.matched > 0).then(RawDocumentBuf::new))
}

/// The document of an encoded value, which must have the `_id` that the key names.
pub(super) fn replacing(schema: &Schema, expr: &Expr, bytes: &[u8]) -> Result<Document> {
    let document: Document = from_document(bytes).map_err(|error| Error::decode(schema, bytes, error))?;
    if expr.named_id().is_some_and(|id| document.get("_id") != Some(id)) {
        return Err(Error::rule(schema, "_id", "the key's own value: the `_id` of a document never changes"));
    }
    Ok(document)
}

impl<M, R> fmt::Debug for Replace<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Replace")
    }
}
