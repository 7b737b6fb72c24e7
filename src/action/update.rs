//! `update` and `update_many`: changing documents where they are.

use super::returning::{New, Returning};
use crate::{
    Error, Result,
    db::Db,
    driver::{ReadOptions, UpdateSpec},
    model::Model,
    query::{Changes, Expr, IntoFilter, Key, OneDocument, Update},
    relation::{self, Changing, Give},
    render::{render_filter, render_update},
};
use bson::RawDocumentBuf;
use futures::future::BoxFuture;
use std::{future::IntoFuture, marker::PhantomData, time::Duration};

/// The document that an update changes, and what is given back of it.
#[derive(Clone, Debug)]
pub struct OneDoc<R = New> {
    db: Db,
    pub(super) expr: Expr,
    deadline: Option<Duration>,
    returning: PhantomData<fn() -> R>,
}

/// The documents that an update changes.
#[derive(Clone, Debug)]
pub struct ManyDocs {
    db: Db,
    pub(super) expr: Expr,
    deadline: Option<Duration>,
}

/// What an `update_many` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Updated {
    /// How many documents matched the filter and took the changes.
    pub matched: u64,
    /// How many of them are different now.
    pub modified: u64,
    /// How many documents matched the filter but are, or would have become, what the model cannot read, and were left as they are.
    pub refused: u64,
}

impl Db {
    /// Changes the document with this unique key and gives it back as it is now. One `findAndModify`, atomic; it also sets `updated_at`
    /// and raises `version`. [`returning`](Update::returning) asks for the document as it was, or for none.
    ///
    /// A document that is refused, or stored in a form that the operators do not take, is left alone by that command, and looked at by one
    /// `aggregate`. In the latter case, as where a default that is not stored is counted from, one more `update` brings it into the form that
    /// Chakra writes, without a change of what is read, and the `findAndModify` is sent again.
    ///
    /// With writes to related documents, such as [`create`](Update::create) and [`connect`](Update::connect), it is one transaction where the
    /// server has them, all or nothing: this `findAndModify` (a `find` where the document itself is not changed), then what
    /// [each of them](crate::query#nested-writes) sends, and `commitTransaction`. What is given back is the document at the end, which is one
    /// `find` more where the related writes reach it; with `Old` one `find` goes before.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, bio: Option<String>, #[chakra(default = 0)] logins: i64, tags: Vec<String> }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// let ada = db.update(id).set(User::bio, "Countess").inc(User::logins, 1).push(User::tags, "math").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Values that keys reference
    ///
    /// Where a change concerns a field that a relation names by `references`, the keys do what `on_update` says beside them: `Cascade`
    /// lets them follow, `SetNull` makes them `None`, and `Restrict` refuses the change while any holds the value, which is what a key does that
    /// is always there; one that may be `None` becomes so, and `NoAction` lets it lead nowhere. It is then a transaction, or a part of
    /// the one that this handle is in: one `find`, one `update` for the [locks](Self::delete), one `aggregate` for each key that
    /// restricts, the `findAndModify`, one `find` more, one `update` for each key that follows, and `commitTransaction`. On a standalone server the
    /// keys follow after the document is changed. Keys that are referenced in turn are followed too. Where
    /// the model refers to itself, by these or through others, one `find` more reads the document that is given back, with its own keys.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, [`Error::Invalid`] where a value or the result would break a limit, the range of the Rust
    /// type, or a composite that is `None`, [`Error::Unique`] where a unique key is taken, [`Error::Restricted`] where keys hold the value.
    pub fn update<K: Key<Model: Model>>(&self, key: K) -> Update<K::Model, OneDoc> {
        Update::to(OneDoc { db: self.clone(), expr: key.into_unique().expr, deadline: None, returning: PhantomData })
    }

    /// Changes all documents that match `filter`. One `update`, a series of single-document writes, not a transaction.
    ///
    /// A filter on [related documents](crate::query#related-documents) is one `aggregate` more, which reads their keys: what is changed are the
    /// documents that match by what was true then, unless this is in a transaction.
    ///
    /// Where the changes may have to leave documents out (`inc`, lists, limits, paths through an `Option`), one `aggregate` counts before it
    /// those that are refused, and those that are stored in a form that the operators do not take; if there are some of the latter, one
    /// `update` more brings them into the form that Chakra writes, and the count is taken again. What the model cannot read counts as refused.
    ///
    /// Where a change concerns [a value that keys reference](Self::update), all of it is one transaction, as there: one
    /// `update` for each key and each value that changed.
    ///
    /// # Errors
    /// [`Error::EmptyFilter`] where the filter is empty (`User::all()` says that every document is meant), [`Error::Invalid`] where a value
    /// breaks a limit.
    pub fn update_many<M: Model>(&self, filter: impl IntoFilter<M>) -> Update<M, ManyDocs> {
        Update::to(ManyDocs { db: self.clone(), expr: filter.into_filter().expr, deadline: None })
    }
}

impl<R> OneDocument for OneDoc<R> {}

impl<M, R> Update<M, OneDoc<R>> {
    /// Says what is given back: the document as it is now ([`New`], the default), as it was ([`Old`](crate::action::Old)), or
    /// [`Nothing`](crate::action::Nothing).
    ///
    /// `Old` is the same `findAndModify`, of which the server sends the document from before. `Nothing` is one `updateOne` instead, just as
    /// atomic, and the server sends no document: less traffic where it is large. What is refused, and the errors, are the same.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, bio: Option<String>, #[chakra(default = 0)] logins: i64 }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// let before: User = db.update(id).set(User::bio, "Countess").returning(Old).await?;
    /// db.update(id).inc(User::logins, 1).returning(Nothing).await?;
    /// # Ok(()) }
    /// ```
    pub fn returning<N: Returning>(self, _: N) -> Update<M, OneDoc<N>> {
        let OneDoc { db, expr, deadline, .. } = self.to;
        let mut update = Update::to(OneDoc { db, expr, deadline, returning: PhantomData });
        update.changes = self.changes;
        update.related = self.related;
        update
    }

    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.to.deadline = Some(deadline);
        self
    }
}

impl<M> Update<M, ManyDocs> {
    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.to.deadline = Some(deadline);
        self
    }
}

impl<M: Model, R: Returning> IntoFuture for Update<M, OneDoc<R>> {
    type Output = Result<R::Of<M>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (schema, OneDoc { db, expr, deadline, .. }) = (M::schema(), self.to);
            if !self.related.is_empty() {
                let changes = Changes { own: self.changes, related: self.related };
                let give = Give { reads: R::READS, after: R::AFTER };
                return R::read(&db, &relation::update(&db, deadline, schema, expr, changes, give).await?);
            }
            let (db, scope) = (db.in_one_moment(), db.scope(deadline));
            let update = render_update(schema, &self.changes, db.now())?;
            let expr = relation::resolve_known(&db, &scope, expr, &ReadOptions::on_primary()).await?;
            let filter = render_filter(schema, &expr)?;
            update.check_size(schema, &filter)?;
            let moved = relation::moved(schema, &self.changes);
            let mut changing = Changing::new(&db, &scope, schema, &filter, &update);
            loop {
                let spec = UpdateSpec { return_new: R::AFTER, ..UpdateSpec::default() };
                let changed = if R::READS {
                    changing.send_followed(deadline, &moved, spec).await?
                } else if moved.is_empty() {
                    changing.send_unanswered().await?.then(RawDocumentBuf::new)
                } else {
                    changing.send_followed(deadline, &moved, spec).await?.map(|_| RawDocumentBuf::new())
                };
                if let Some(changed) = changed {
                    return R::read(&db, &changed);
                }
                // Where it is there and takes the changes, it became so in between: they are sent again, as long as the deadline lets them.
                if !changing.settle().await? {
                    return Err(Error::not_found_by(schema, &expr));
                }
            }
        })
    }
}

impl<M: Model> IntoFuture for Update<M, ManyDocs> {
    type Output = Result<Updated>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (schema, ManyDocs { db, expr, deadline }) = (M::schema(), self.to);
            let (db, scope) = (db.in_one_moment(), db.scope(deadline));
            let update = render_update(schema, &self.changes, db.now())?;
            let expr = relation::resolve_many(&db, &scope, schema, expr, &ReadOptions::on_primary()).await?;
            let filter = render_filter(schema, &expr)?;
            if filter.is_empty() && expr != Expr::All {
                return Err(Error::EmptyFilter { verb: "update_many", model: schema.model });
            }
            update.check_size(schema, &filter)?;
            let moved = relation::moved(schema, &self.changes);
            let (counts, refused) = relation::change_many(&db, &scope, schema, &filter, &update, &moved).await?;
            Ok(Updated { matched: counts.matched, modified: counts.modified, refused })
        })
    }
}
