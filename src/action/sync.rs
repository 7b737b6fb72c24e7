//! `sync`: the collections and indexes that the registered models declare, made to be there.

use crate::{
    db::Db,
    error::{Error, Outcome, Result},
    sync::{SyncPlan, apply, inspect, plan, told},
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, time::Duration};

/// The server made to agree with the models; awaiting it does so, [`plan`](SyncModels::plan) only says how.
#[must_use = "a sync does nothing unless awaited"]
pub struct SyncModels {
    db: Db,
    deadline: Option<Duration>,
}

impl Db {
    /// Creates the collections and indexes that the registered models declare and the server lacks; gives what was done. Running it again
    /// changes nothing.
    ///
    /// An index is known by its keys and options, not by its name. One that differs from its declaration, and one that no model declares,
    /// is reported in the [`SyncPlan`] and left untouched; no index is ever dropped. The collection of a model with
    /// `#[chakra(sync = false)]` is managed elsewhere: nothing is created in it, nor told of it. Any number of services may do this at once,
    /// at every start: all succeed, and when it returns, all declared indexes are built.
    ///
    /// Sends one `listCollections` and, for each collection that is there, one `listIndexes`; where something is missing one `create`, one
    /// `createIndexes` for all indexes that are not unique and one for each that is. Before a unique index on a collection that was there,
    /// one `aggregate` looks for documents that stand in its way. For indexes that are there, one `createIndexes` waits until they are
    /// built. There is no deadline unless one is set: an index takes as long as its collection is large.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(unique)] email: String }
    /// # async fn f() -> chakra::Result<()> {
    /// let db = Db::builder("mongodb://localhost:27017/blog").model::<User>().connect().await?;
    /// println!("{}", db.sync().plan().await?);
    /// let done = db.sync().await?;
    /// # let _ = done; Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Schema`] where no model is registered, [`Error::Index`] where documents have the same values of a new unique key (the other
    /// indexes are built all the same), [`Error::Transaction`] inside of a transaction, and what the connection reports.
    pub fn sync(&self) -> SyncModels {
        SyncModels { db: self.clone(), deadline: None }
    }
}

impl SyncModels {
    /// How long the whole call may take; without it, as long as it needs. A build that was begun goes on without the caller.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// What there is to do, without doing it. One `listCollections`, and one `listIndexes` for each collection that is there.
    ///
    /// # Errors
    /// Those of [`Db::sync`], but for [`Error::Index`]: documents are not looked at.
    pub async fn plan(self) -> Result<SyncPlan> {
        let schemas = self.db.registry().schemas();
        self.refuse_misuse()?;
        let scope = self.db.open_ended_scope(self.deadline);
        let existing = inspect(self.db.connection(), &scope, schemas).await?;
        plan(schemas, &existing).map(told)
    }

    fn refuse_misuse(&self) -> Result<()> {
        if self.db.in_transaction() {
            let reason = "`sync` changes collections and indexes, which no transaction can: call it on the handle outside";
            return Err(Error::transaction(reason, Outcome::NotApplied));
        }
        if self.db.registry().schemas().is_empty() {
            let fault = "`sync` has no model to work on: register each by `builder().model::<M>()`, as in \
                         `Db::builder(uri).model::<User>().connect()`";
            return Err(Error::Schema(vec![fault.to_owned()]));
        }
        Ok(())
    }
}

impl IntoFuture for SyncModels {
    type Output = Result<SyncPlan>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            self.refuse_misuse()?;
            let (connection, schemas) = (self.db.connection(), self.db.registry().schemas());
            let scope = self.db.open_ended_scope(self.deadline);
            let existing = inspect(connection, &scope, schemas).await?;
            apply(connection, &scope, plan(schemas, &existing)?).await
        })
    }
}

impl fmt::Debug for SyncModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncModels").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
