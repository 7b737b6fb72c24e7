//! `delete` and `delete_many`: taking documents out, and what becomes of those that refer to them.

use super::{
    delete_report::DeleteReport,
    returning::{Nothing, Old, Returning},
};
use crate::{
    Error, Result,
    db::Db,
    driver::ReadOptions,
    model::Model,
    query::{Expr, IntoFilter, Key},
    relation::{self, Deletions, ModelDeletions, refers_to},
    render::render_filter,
    schema::Schema,
};
use bson::RawDocumentBuf;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The deletion of one document; awaiting it sends it.
#[must_use = "a delete does nothing unless awaited"]
pub struct Delete<M, R = Old> {
    db: Db,
    pub(super) expr: Expr,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> (M, R)>,
}

/// The deletion of many documents; awaiting it sends it.
#[must_use = "a delete does nothing unless awaited"]
pub struct DeleteMany<M> {
    db: Db,
    pub(super) expr: Expr,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Deletes the document with this unique key and gives it back. One `findAndModify`, atomic; with
    /// [`returning(Nothing)`](Delete::returning) one `deleteOne`. Where other documents may refer to it, a transaction:
    ///
    /// # Documents that refer to it
    ///
    /// A relation says beside its key what becomes of the documents that hold it:
    ///
    /// | `on_delete` | |
    /// |---|---|
    /// | `Cascade` | they are deleted too, and what goes with them by their own relations |
    /// | `Restrict` | they hold the document back: nothing is deleted, and the error is [`Error::Restricted`]. It is what a key does that is always there |
    /// | `SetNull` | their keys become `None`, and their `updated_at` and `version` move. It is what a key does that may be `None` |
    /// | `NoAction` | nothing: their keys lead nowhere from then on |
    ///
    /// All derived models of the program count, whether this handle was built with them or not, and a key that only the other side
    /// declares. What goes anyway holds nothing back, cycles end, and what two documents refer to goes once. The id of a document that is deleted
    /// is taken out of each list of ids that holds it, on one side or on both.
    ///
    /// Keys and lists in composites count as well, in lists of composites too: an id that a composite of a list has is a key, so that it holds the document
    /// back where it is always there, and becomes `None` where it may be, unless its relation says otherwise. `Cascade` deletes the whole document
    /// of which one composite has the key, and `SetNull` leaves the composites without it. `SetNull` of one that is always there is a fault when
    /// a handle connects that knows either model, and holds the document back where none does.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// #[derive(Model)]
    /// struct User {
    ///     #[chakra(id)]
    ///     id: Id<User>,
    /// }
    /// #[derive(Model)]
    /// struct Post {
    ///     #[chakra(id)]
    ///     id: Id<Post>,
    ///     author_id: Id<User>,
    ///     #[chakra(relation = ManyToOne, foreign_key = author_id, on_delete = Cascade)]
    ///     author: Related<User>,
    ///     editor_id: Option<Id<User>>,
    ///     #[chakra(relation = ManyToOne, foreign_key = editor_id)]
    ///     editor: Related<Option<User>>,
    /// }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// // With all posts of this user. Of those that the user edited the key is taken out.
    /// let report = db.delete(id).report().await?;
    /// println!("{} deleted, {} edited by nobody", report.of::<Post>().deleted, report.of::<Post>().set_null);
    /// # Ok(()) }
    /// ```
    ///
    /// # What is sent then
    ///
    /// In a transaction of its own, or in the one that this handle is in: one `find` for the document; for each level and key one `find` for
    /// what is deleted too, or one `aggregate` that counts what holds it back; one `update` for the locks; then, the deepest level first and for each model
    /// in it, one `update` for each key that becomes `None`, one for each list, and one `delete`; and `commitTransaction`. More than
    /// 1,000 documents that go with this one are deleted before it, in transactions of 1,000 each, the deepest first, unless the transaction is
    /// the caller's: then what holds any of them back is looked for first, and [`Error::outcome`] says whether some were deleted before an error. On a
    /// standalone server the same commands run one after the other, without locks.
    ///
    /// # What is locked
    ///
    /// A document that is created, or connected, through a relation leaves the document that its key names as it is. So that this is not
    /// deleted at the same time, both writes also write one document of the collection `_chakra_locks`, and the second is made again after the
    /// first: a child without its parent never stays. There are 65,536 of these for each collection, a few megabytes; documents that share one wait for each other
    /// now and then. The user of the connection needs to read and write that collection. Keys that are
    /// set by hand (`author_id(id)`) are not looked at.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, [`Error::Restricted`] where others hold it back.
    pub fn delete<K: Key<Model: Model>>(&self, key: K) -> Delete<K::Model> {
        Delete { db: self.clone(), expr: key.into_unique().expr, deadline: None, marker: PhantomData }
    }

    /// Deletes all documents that match `filter`; gives their number. One `delete`, a series of single-document writes.
    ///
    /// A filter on [related documents](crate::query#related-documents) is one `aggregate` more, which reads their keys: what is deleted are the
    /// documents that match by what was true then, unless this is in a transaction.
    ///
    /// Where other documents [may refer to those](Self::delete), their ids are read by one `find` (and a `getMore` for each
    /// 1,000), and 1,000 at a time are deleted in a transaction as [`delete`](Self::delete) deletes one, if they still match; half as many each time that the
    /// transaction lost against another one. Each transaction obeys the
    /// relations by itself: a document of a later one holds back those of the first. Where models refer to themselves by `Cascade`, all
    /// ids are read before the first is deleted. What goes with the documents is not counted; [`report`](DeleteMany::report) tells.
    ///
    /// # Errors
    /// [`Error::EmptyFilter`] where the filter is empty; `User::all()` says that every document is meant. [`Error::Restricted`] where others
    /// hold some of them back; its [outcome](Error::outcome) says whether others were deleted before.
    pub fn delete_many<M: Model>(&self, filter: impl IntoFilter<M>) -> DeleteMany<M> {
        DeleteMany { db: self.clone(), expr: filter.into_filter().expr, deadline: None, marker: PhantomData }
    }
}

impl<M> Delete<M> {
    /// Gives nothing back: one `deleteOne`, just as atomic, of which the server sends no document.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User> }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// db.delete(id).returning(Nothing).await?;
    /// # Ok(()) }
    /// ```
    pub fn returning(self, _: Nothing) -> Delete<M, Nothing> {
        Delete { db: self.db, expr: self.expr, deadline: self.deadline, marker: PhantomData }
    }
}

impl<M, R> Delete<M, R> {
    /// Gives, instead of the document, what was deleted and changed, of each model: [`Deletions`].
    pub fn report(self) -> DeleteReport<Self> {
        DeleteReport(self)
    }

    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M> DeleteMany<M> {
    /// Gives, instead of the number, what was deleted and changed, of each model: [`Deletions`].
    pub fn report(self) -> DeleteReport<Self> {
        DeleteReport(self)
    }

    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M: Model, R> Delete<M, R> {
    /// Deletes the document. Gives it, where it is asked for, and what else was done.
    pub(super) async fn run(self, reads: bool) -> Result<(RawDocumentBuf, Deletions)> {
        let schema = M::schema();
        // One deadline over all commands of the verb.
        let db = self.db.within(self.db.scope(self.deadline).deadline);
        let (connection, scope) = (db.connection(), db.scope(self.deadline));
        let expr = relation::resolve_known(&db, &scope, self.expr, &ReadOptions::on_primary()).await?;
        let filter = render_filter(schema, &expr)?;
        if refers_to(schema).act_on_delete() {
            let deleted = relation::delete_one(&db, self.deadline, schema, filter, reads).await?;
            return deleted.ok_or_else(|| Error::not_found_by(schema, &expr));
        }
        let deleted = if reads {
            connection.find_one_and_delete(&scope, schema, filter).await?
        } else {
            connection.delete_one(&scope, schema, filter).await?.then(RawDocumentBuf::new)
        };
        let deleted = deleted.ok_or_else(|| Error::not_found_by(schema, &expr))?;
        Ok((deleted, alone(schema, 1)))
    }
}

impl<M: Model> DeleteMany<M> {
    /// Deletes the documents. Gives their number, and what else was done.
    pub(super) async fn run(self) -> Result<(u64, Deletions)> {
        let schema = M::schema();
        let db = self.db.within(self.db.scope(self.deadline).deadline);
        let scope = db.scope(self.deadline);
        let expr = relation::resolve_many(&db, &scope, schema, self.expr, &ReadOptions::on_primary()).await?;
        let filter = render_filter(schema, &expr)?;
        if filter.is_empty() && expr != Expr::All {
            return Err(Error::EmptyFilter { verb: "delete_many", model: schema.model });
        }
        if refers_to(schema).act_on_delete() {
            return relation::delete_by_filter(&db, self.deadline, schema, filter).await;
        }
        let deleted = db.connection().delete_many(&scope, schema, filter).await?;
        Ok((deleted, alone(schema, deleted)))
    }
}

/// What was done where nothing refers to the documents.
fn alone(schema: &'static Schema, deleted: u64) -> Deletions {
    let mut done = Deletions::default();
    done.note(schema, ModelDeletions { deleted, ..ModelDeletions::default() });
    done
}

impl<M: Model, R: Returning> IntoFuture for Delete<M, R> {
    type Output = Result<R::Of<M>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let db = self.db.clone();
            R::read(&db, &self.run(R::READS).await?.0)
        })
    }
}

impl<M: Model> IntoFuture for DeleteMany<M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.run().await?.0) })
    }
}

impl<M, R> fmt::Debug for Delete<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Delete")
    }
}
impl<M> fmt::Debug for DeleteMany<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeleteMany")
    }
}
