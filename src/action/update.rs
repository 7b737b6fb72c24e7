//! `update` and `update_many`: changing documents where they are.

use super::{decode::decode_written, read::named_id};
use crate::{
    Error, Result,
    db::Db,
    driver::{FindSpec, ReadOptions, Scope, UpdateSpec, options::ReadPreference},
    model::Model,
    query::{Expr, IntoFilter, Key, Update},
    render::{Guard, guarded, refused, render_filter, render_update},
    schema::{Broken, Schema},
};
use bson::{Document, doc};
use futures::future::BoxFuture;
use std::{future::IntoFuture, time::Duration};

/// The document that an update changes.
#[derive(Debug)]
pub struct OneDoc {
    db: Db,
    expr: Expr,
    deadline: Option<Duration>,
}

/// The documents that an update changes.
#[derive(Debug)]
pub struct ManyDocs {
    db: Db,
    expr: Expr,
    deadline: Option<Duration>,
}

/// What an `update_many` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Updated {
    /// How many documents matched the filter and took the changes.
    pub matched: u64,
    /// How many of them are different now.
    pub modified: u64,
    /// How many documents matched the filter but would have become what the model cannot read, and were left as they are.
    pub refused: u64,
}

impl Db {
    /// Changes the document with this unique key and gives it back as it is now. One `findAndModify`, atomic; it also sets `updated_at`
    /// and raises `version`.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, bio: Option<String>, #[chakra(default = 0)] logins: i64, tags: Vec<String> }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// let ada = db.update(id).set(User::bio, "Countess").inc(User::logins, 1).push(User::tags, "math").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, [`Error::Invalid`] where a value or the result would break a limit, the range of the Rust
    /// type, or a composite that is `None` (then one read more for each guard says which), [`Error::Unique`] where a unique key is taken.
    pub fn update<K: Key<Model: Model>>(&self, key: K) -> Update<K::Model, OneDoc> {
        Update::new(OneDoc { db: self.clone(), expr: key.into_unique().expr, deadline: None })
    }

    /// Changes all documents that match `filter`. One `update`, a series of single-document writes, not a transaction; where an update has
    /// guards (`inc`, `push` under a limit, paths through an `Option`), one count more, for the refused ones.
    ///
    /// # Errors
    /// [`Error::EmptyFilter`] where the filter is empty (`User::all()` says that every document is meant), [`Error::Invalid`] where a value
    /// breaks a limit.
    pub fn update_many<M: Model>(&self, filter: impl IntoFilter<M>) -> Update<M, ManyDocs> {
        Update::new(ManyDocs { db: self.clone(), expr: filter.into_filter().expr, deadline: None })
    }
}

macro_rules! deadlines {
    ($($to:ident)*) => { $(
        impl<M> Update<M, $to> {
            /// How long the whole call may take; without it the [`Db`]'s own.
            pub fn deadline(mut self, deadline: Duration) -> Self {
                self.to.deadline = Some(deadline);
                self
            }
        }
    )* };
}
deadlines!(OneDoc ManyDocs);

impl<M: Model> IntoFuture for Update<M, OneDoc> {
    type Output = Result<M>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (schema, OneDoc { db, expr, deadline }) = (M::schema(), self.to);
            let scope = db.scope(deadline);
            let rendered = render_update(schema, &self.changes, db.clock().now())?;
            let filter = render_filter(schema, &expr)?;
            loop {
                let query = guarded(filter.clone(), &rendered.guards);
                let updated = db.connection().find_one_and_update(&scope, schema, query, rendered.update.clone(), returning_new()).await?;
                if let Some(updated) = updated {
                    return decode_written(&updated);
                }
                refuse(&db, &scope, schema, &filter, &expr, &rendered.guards).await?;
                // Every guard holds now: the document changed in between, so the update is sent again, as long as the deadline lets it.
            }
        })
    }
}

/// A read that belongs to a write: a secondary may not have the document yet.
pub(super) fn on_primary() -> FindSpec {
    let options = ReadOptions { read_preference: Some(ReadPreference::Primary), ..ReadOptions::default() };
    FindSpec { options, ..FindSpec::default() }
}

/// Gives back the document as it is afterwards.
pub(super) fn returning_new() -> UpdateSpec {
    UpdateSpec { return_new: true, ..UpdateSpec::default() }
}

/// Says why an update found nothing: the document is not there, or it fails guards. `Ok` where neither is true any more.
pub(super) async fn refuse(
    db: &Db,
    scope: &Scope,
    schema: &'static Schema,
    filter: &Document,
    expr: &Expr,
    guards: &[Guard],
) -> Result<()> {
    let matches = async |filter: Document| -> Result<bool> {
        Ok(db
            .connection()
            .find_one(scope, schema, filter, FindSpec { projection: Some(doc! { "_id": 1 }), ..on_primary() })
            .await?
            .is_some())
    };
    if guards.is_empty() || !matches(filter.clone()).await? {
        return Err(Error::not_found(schema, named_id(expr)));
    }
    let mut broken: Vec<Broken> = Vec::new();
    for guard in guards {
        if !matches(guarded(filter.clone(), std::slice::from_ref(guard))).await? {
            broken.push(guard.broken.clone());
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(Error::invalid(schema, broken)) }
}

impl<M: Model> IntoFuture for Update<M, ManyDocs> {
    type Output = Result<Updated>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (schema, ManyDocs { db, expr, deadline }) = (M::schema(), self.to);
            let scope = db.scope(deadline);
            let rendered = render_update(schema, &self.changes, db.clock().now())?;
            let filter = render_filter(schema, &expr)?;
            if filter.is_empty() && expr != Expr::All {
                return Err(Error::EmptyFilter { verb: "update_many", model: schema.model });
            }
            let refused = match refused(&filter, &rendered.guards) {
                Some(refused) => db.connection().count(&scope, schema, refused, ReadOptions::default()).await?,
                None => 0,
            };
            let query = guarded(filter, &rendered.guards);
            let counts = db.connection().update_many(&scope, schema, query, rendered.update, UpdateSpec::default()).await?;
            Ok(Updated { matched: counts.matched, modified: counts.modified, refused })
        })
    }
}
