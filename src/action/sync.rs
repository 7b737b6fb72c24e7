//! `sync`: the collections and indexes that the registered models declare, made to be there as they are declared.

use crate::{
    db::Db,
    driver::Scope,
    error::{Error, Outcome, Result},
    sync::{CollectionPlan, SyncPlan, apply, count_expired, inspect, plan, recorded, settled, told},
};
use bson::DateTime;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, time::Duration};

/// The server made to agree with the models; awaiting it does so, [`plan`](SyncModels::plan) only says how.
#[must_use = "a sync does nothing unless awaited"]
pub struct SyncModels {
    db: Db,
    tightens: bool,
    deadline: Option<Duration>,
}

impl Db {
    /// Creates the collections and indexes that the registered models declare and the server lacks, and changes in place what can be; gives
    /// what was done. Running it again changes nothing.
    ///
    /// An index is known by its keys and options, not by its name. In place the server hides and shows an index, and changes when documents
    /// are deleted (`expire_after`): they may live longer. A step that lets the server delete documents which are there is not taken, but
    /// told with their number ([`SyncStep::Held`](crate::SyncStep::Held)): [`tighten`](SyncModels::tighten) takes it. That is a time to live
    /// on a collection that has documents, where the whole index is held, also a unique one, and a shorter one; on a new or an empty
    /// collection it is set at once. Any other index that differs
    /// from its declaration, one that no model declares, and a collection that is kept in another way (`capped`, `clustered`, `timeseries`)
    /// are reported in the [`SyncPlan`] and left untouched; nothing is ever dropped. The collection of a model with
    /// `#[chakra(sync = false)]` is managed elsewhere: nothing is created in it, nor told of it. Any number of services may do this at once,
    /// at every start: all succeed, and when it returns, all declared indexes are built, but those that are told as held or different.
    ///
    /// The collection of a model with `#[chakra(validator)]` gets one that warns, and is held where it would refuse writes, with the number
    /// of documents that break it; `tighten` makes it refuse. What a validator says is told in [`schema`](crate::schema).
    ///
    /// Right before it sets when documents are deleted, or a validator, it looks at the collection once more, so that a collection which was filled
    /// meanwhile keeps what it has; between that look and the change lies one round trip.
    ///
    /// What a version of the service with a higher [`generation`](crate::Builder::generation) has synced is left to it, and told as
    /// [`SyncStep::LeftTo`](crate::SyncStep::LeftTo). `_chakra_schema` keeps for each collection the highest generation, the steps that were
    /// taken last, and when; only one sync at a time changes a collection. One that dies while it does holds others up for five
    /// seconds. Where nothing is to be done, nothing is written.
    ///
    /// Sends one `listCollections`, for each collection that is there one `listIndexes`, and one `find` on `_chakra_schema`. Where a collection
    /// is to be changed, or the generation is higher than before, an `update` there claims it, the collection is looked at again, and another
    /// `update` gives it up. Where something is missing it sends one `create`, one `createIndexes` for all indexes that are not unique and one for each that is; and one `collMod` for each change in place. Before a
    /// unique index on a collection that was there, one `aggregate` looks for documents that stand in its way. Where a time to live is
    /// declared, one `find` sees whether there are documents, and one `aggregate` for each step that is held counts those that it would
    /// delete at once; where a validator is held, one `aggregate` scans the collection for what breaks it. For indexes that are there, one `createIndexes` waits until they are built, but not in a time series. [`SyncMode`](crate::SyncMode)
    /// says which privileges the server asks for. There is no deadline unless one is set: an index takes as long as its collection is large.
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
    /// indexes are built all the same), [`Error::Privilege`] where the user of the connection may not do what is needed,
    /// [`Error::Transaction`] inside of a transaction, [`Error::Other`] where `_chakra_schema` holds what this version cannot read, and what the
    /// connection reports.
    pub fn sync(&self) -> SyncModels {
        SyncModels { db: self.clone(), tightens: false, deadline: None }
    }
}

impl SyncModels {
    /// How long the whole call may take; without it, as long as it needs. A build that was begun goes on without the caller.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Takes also the steps that let the server delete documents which are there, a time to live on a collection that has some and a shorter
    /// one; and those that let it refuse writes, a validator. Look at the [`plan`](Self::plan) first, which has their number.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// println!("{}", db.sync().plan().await?);   // left to `tighten`, as the server would delete 3 documents at once …
    /// db.sync().tighten().await?;
    /// # Ok(()) }
    /// ```
    pub fn tighten(mut self) -> Self {
        self.tightens = true;
        self
    }

    /// What there is to do, without doing it. One `listCollections`, one `listIndexes` for each collection that is there, and one `find` on
    /// `_chakra_schema`; where a time to
    /// live is declared one `find` and the counts that [`Db::sync`] speaks of.
    ///
    /// # Errors
    /// Those of [`Db::sync`], but for [`Error::Index`]: documents are not looked at.
    pub async fn plan(self) -> Result<SyncPlan> {
        self.refuse_misuse()?;
        let scope = self.db.open_ended_scope(self.deadline);
        self.planned(&scope).await.map(told)
    }

    async fn planned(&self, scope: &Scope) -> Result<Vec<CollectionPlan>> {
        let (connection, schemas) = (self.db.connection(), self.db.registry().schemas());
        let existing = inspect(connection, scope, schemas).await?;
        let recorded = recorded(connection, scope, schemas).await?;
        let plans = settled(plan(schemas, &existing)?, &recorded, self.db.generation());
        if self.tightens {
            return Ok(plans.into_iter().map(CollectionPlan::tightened).collect());
        }
        let known = told(plans.clone());
        count_expired(connection, scope, self.now(), plans).await.map_err(|error| error.with_plan(&known))
    }

    fn now(&self) -> DateTime {
        DateTime::from_millis(self.db.clock().now().timestamp_millis())
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
            let scope = self.db.open_ended_scope(self.deadline);
            let plans = self.planned(&scope).await?;
            let known = told(plans.clone());
            apply(self.db.connection(), &scope, self.now(), plans).await.map_err(|error| error.with_plan(&known))
        })
    }
}

impl fmt::Debug for SyncModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncModels").field("tightens", &self.tightens).field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
