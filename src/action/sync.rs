//! `sync`: the collections and indexes that the registered models declare, made to be there as they are declared.

use crate::{
    db::{Db, StillBuilding},
    driver::Scope,
    error::{Error, Outcome, Result},
    sync::{
        Asked, CollectionPlan, DuplicateReport, Manner, SyncPlan, SyncProgress, SyncStep, Watch, apply, check_duplicates, count_broken,
        count_duplicates, count_expired, inspect, plan, recorded, settled, told,
    },
};
use bson::DateTime;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, time::Duration};

/// The server made to agree with the models; awaiting it does so, [`plan`](SyncModels::plan) only says how.
#[must_use = "a sync does nothing unless awaited"]
pub struct SyncModels {
    db: Db,
    asked: Asked,
    manner: Manner,
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
    /// are reported in the [`SyncPlan`] and left untouched. Nothing is dropped unless it is asked for by name: [`rebuild`](SyncModels::rebuild)
    /// builds anew what differs, and [`drop_unknown`](SyncModels::drop_unknown) takes away what nobody declares. The collection of a model with
    /// `#[chakra(sync = false)]` is managed elsewhere: nothing is created in it, nor told of it. Any number of services may do this at once,
    /// at every start: all succeed, and when it returns, all declared indexes are built, but those that are told as held or different.
    ///
    /// The collection of a model with `#[chakra(validator)]` gets one that warns; that it refuses writes is held, and `tighten` makes it do so.
    /// How many documents break it the [`plan`](SyncModels::plan) counts. What a validator says is told in [`schema`](crate::schema).
    ///
    /// A new unique index that documents stand in the way of is not made, by `tighten` neither: when all others are, the call fails and names the
    /// first of them with its documents, so that no service starts with a key that nobody guards. The `plan` says beforehand how many documents
    /// these are, and [`check_duplicates`](SyncModels::check_duplicates) which.
    ///
    /// Right before it sets when documents are deleted, or a validator, it looks at the collection once more, so that a collection which was filled
    /// meanwhile keeps what it has; between that look and the change lies one round trip.
    ///
    /// What a version of the service with a higher [`generation`](crate::Builder::generation) has synced is left to it, and told as
    /// [`SyncStep::LeftTo`](crate::SyncStep::LeftTo). `_chakra_schema` keeps for each collection the highest generation, the steps that were
    /// taken last, and when; only one sync at a time changes a collection, and renews its claim every second. One that dies while it does
    /// holds others up for five seconds; one that was held up itself for so long, and whose claim another one has taken over, begins anew.
    /// Where nothing is to be done, nothing is written.
    ///
    /// Sends one `listCollections`, for each collection that is there one `listIndexes`, and one `find` on `_chakra_schema`. Where a collection
    /// is to be changed, or the generation is higher than before, an `update` there claims it, the collection is looked at again, and another
    /// `update` gives it up. Where something is missing it sends one `create`, one `createIndexes` for all indexes that are not unique and one
    /// for each that is; and one `collMod` for each change in place. Before a unique index on a collection that was there, one `aggregate`
    /// looks for documents that stand in its way. Where a time to live is declared, one `find` sees whether there are documents, and one `aggregate` for each step that is held counts those that it would
    /// delete at once. Where declared indexes are there and not built yet, one `listIndexes` and one `createIndexes` wait for them; of a time
    /// series the server does not tell. When a deadline passes, a claim is still given up, which takes two seconds at most.
    /// [`SyncMode`](crate::SyncMode) says which privileges the server asks for. There is no deadline unless one is set: an index takes as long
    /// as its collection is large. A build needs the majority of the members (`commitQuorum`), so that one which is down keeps no service from
    /// starting.
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
    /// [`Error::StillBuilding`] where a deadline passes during a build, [`Error::Transaction`] inside of a transaction, [`Error::Other`] where
    /// `_chakra_schema` holds what this version cannot read, and what the connection reports.
    pub fn sync(&self) -> SyncModels {
        SyncModels { db: self.clone(), asked: Asked::default(), manner: Manner::default(), deadline: None }
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
    /// A unique index that documents stand in the way of it cannot make either: the server refuses it until they differ, and the call fails with
    /// [`Error::Index`], as without it.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// println!("{}", db.sync().plan().await?);   // left to `tighten`, as the server would delete 3 documents at once …
    /// db.sync().tighten().await?;
    /// # Ok(()) }
    /// ```
    pub fn tighten(mut self) -> Self {
        self.asked.tighten = true;
        self
    }

    /// Builds anew the indexes that differ from their declaration in what cannot be changed in place, and drops the old ones.
    ///
    /// An index cannot be renamed: the new one is built under another name of its declaration, `mail_1~2` where the old one is called `mail_1`,
    /// and errors lead back from it as well. It is built before the old one is dropped, so that reads have one of them and a unique key is
    /// guarded by one of them at each moment. Where documents stand in the way of a new unique key, the old index stays. Two kinds of indexes
    /// the server does not keep side by side, and the [`plan`](Self::plan) says so:
    ///
    /// - One that only loses its time to live. If it is unique, a third index guards its values meanwhile, which is hidden and goes again; if
    ///   not, reads do without it until it is built.
    /// - The text index of a collection. From when the old one is dropped until the new one is built every search fails.
    ///
    /// A hidden text index or one of places, which `sync` does not hide by itself, is hidden. A time to live under which the server would delete
    /// documents that the old index kept is left to [`tighten`](Self::tighten). What was interrupted, the next `rebuild` finishes, and any number
    /// of services may do it at once. While two versions of a service with different declarations run side by side, let one of them rebuild.
    ///
    /// Sends for each index one `createIndexes`, one `listIndexes` to see that the old one still is what it was, and one `dropIndexes`; before a
    /// unique one, one `aggregate` that looks for duplicates.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// println!("{}", db.sync().rebuild().plan().await?);   // rebuild the index `mail_1` on `users` as `mail_1~2`, which is built before …
    /// db.sync().rebuild().await?;
    /// # Ok(()) }
    /// ```
    pub fn rebuild(mut self) -> Self {
        self.asked.rebuild = true;
        self
    }

    /// Takes away the indexes that no model declares: the first call hides each, so that it can be seen what is slow without it and it can be
    /// shown again at once; a later call that finds it hidden drops it. One that somebody else has hidden is dropped at once: look at the
    /// [`plan`](Self::plan) first.
    ///
    /// A hidden index still guards its values where it is unique, until it is dropped. A search by a hidden text index, or one of places,
    /// fails. The index of the ids, the collections of models with `#[chakra(sync = false)]`, and time series, of which the server does not
    /// list what is hidden, are left alone.
    ///
    /// Call it from one place that is run by hand, and not at every start: of services that start one after the other the second would drop what
    /// the first has hidden, and an old version knows nothing of the indexes of a new one.
    ///
    /// Sends one `collMod` for each that is hidden (`dbAdmin`); for each that is dropped, one `listIndexes` to see that it still is hidden, and one
    /// `dropIndexes`.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// db.sync().drop_unknown().await?;   // hides them
    /// // … days later
    /// println!("{}", db.sync().drop_unknown().plan().await?);   // drop the index `old_1` on `users`, which is unknown to the models and hidden …
    /// db.sync().drop_unknown().await?;
    /// # Ok(()) }
    /// ```
    pub fn drop_unknown(mut self) -> Self {
        self.asked.drop_unknown = true;
        self
    }

    /// Calls `listener` when a build begins, about once a second while it runs, and when it has ended. The same is told to `tracing`, at the
    /// level of information. It is called between the calls to the server and must be quick.
    ///
    /// How far a build is, is asked by one `currentOp`. The server asks for the right to see what others do (`inprog`, as `clusterMonitor` has
    /// it): without it, the beginning and the end are told alone.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// db.sync().on_progress(|progress| println!("{progress}")).await?;   // the index `mail_1` on `users`: scanning collection, 2000 of 20000
    /// # Ok(()) }
    /// ```
    pub fn on_progress(mut self, listener: impl Fn(&SyncProgress) + Send + Sync + 'static) -> Self {
        self.manner.watch = Watch::by(listener);
        self
    }

    /// What becomes of an index that is still being built when the [`deadline`](Self::deadline) passes. Without a deadline it says nothing.
    pub fn still_building(mut self, then: StillBuilding) -> Self {
        self.manner.still_building = then;
        self
    }

    /// What there is to do, without doing it. One `listCollections`, one `listIndexes` for each collection that is there, and one `find` on
    /// `_chakra_schema`; where a time to live is declared one `find` and the counts that [`Db::sync`] speaks of; where a validator could
    /// refuse and does not, one `aggregate` that scans the collection for what breaks it; and for each unique index that is to be made on a
    /// collection that is there, one `aggregate` that scans it for documents with the same values. Where there are some, the step is told as
    /// [`SyncStep::Refused`](crate::SyncStep::Refused), with their number: [`check_duplicates`](Self::check_duplicates) names them.
    ///
    /// A declared index that is still being built is told as [`SyncStep::StillBuilding`](crate::SyncStep::StillBuilding), and is work.
    ///
    /// # Errors
    /// Those of [`Db::sync`], but for [`Error::Index`]: documents that stand in the way of an index are counted, and are no error.
    pub async fn plan(self) -> Result<SyncPlan> {
        self.refuse_misuse()?;
        let scope = self.db.open_ended_scope(self.deadline);
        let plans = self.planned(&scope).await?;
        let known = told(plans.clone());
        let plans = self.counted(&scope, plans).await?;
        let connection = self.db.connection();
        let plans = count_broken(connection, &scope, plans).await.map_err(|error| error.with_plan(&known))?;
        count_duplicates(connection, &scope, plans).await.map(told).map_err(|error| error.with_plan(&known))
    }

    /// The same without the scans: whether there is anything to do.
    pub(super) async fn verified(self) -> Result<SyncPlan> {
        self.refuse_misuse()?;
        let scope = self.db.open_ended_scope(self.deadline);
        let plans = self.planned(&scope).await?;
        self.counted(&scope, plans).await.map(told)
    }

    /// The documents that stand in the way of the declared unique indexes which are not there yet, or would be built anew: for each index the ten
    /// largest groups with the same values. Nothing is written. An empty report says that no document stands in the way now.
    ///
    /// Sends one `listCollections`, one `listIndexes` for each collection that is there, one `find` where a time to live is declared, and one
    /// `aggregate` for each such index, which reads its whole collection. What a higher generation has synced is looked at alike.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let report = db.sync().check_duplicates().await?;
    /// println!("{report}");   // the index `mail_1` of `User` cannot be made: `users` holds documents with the same `mail`: _id 1, 2 …
    /// for group in report.indexes.iter().flat_map(|keys| &keys.groups) {
    ///     println!("{} documents have {:?}", group.count(), group.values());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`plan`](Self::plan).
    pub async fn check_duplicates(self) -> Result<DuplicateReport> {
        self.refuse_misuse()?;
        let scope = self.db.open_ended_scope(self.deadline);
        // What would be built anew counts as asked for.
        let sync = self.rebuild();
        let plans = sync.differing(&scope).await?;
        check_duplicates(sync.db.connection(), &scope, plans).await
    }

    /// What differs, whatever other generations there are.
    async fn differing(&self, scope: &Scope) -> Result<Vec<CollectionPlan>> {
        let schemas = self.db.registry().schemas();
        let existing = inspect(self.db.connection(), scope, schemas).await?;
        Ok(plan(schemas, &existing)?.into_iter().map(|plan| plan.asked(self.asked)).collect())
    }

    /// What there is to do, without any number of documents.
    async fn planned(&self, scope: &Scope) -> Result<Vec<CollectionPlan>> {
        let plans = self.differing(scope).await?;
        let recorded = recorded(self.db.connection(), scope, self.db.registry().schemas()).await?;
        Ok(settled(plans, &recorded, self.db.generation()))
    }

    /// With how many documents the server would delete.
    async fn counted(&self, scope: &Scope, plans: Vec<CollectionPlan>) -> Result<Vec<CollectionPlan>> {
        let known = told(plans.clone());
        count_expired(self.db.connection(), scope, self.now(), plans).await.map_err(|error| error.with_plan(&known))
    }

    fn now(&self) -> DateTime {
        DateTime::from_millis(self.db.now().timestamp_millis())
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
            let plans = match self.counted(&scope, plans).await {
                Err(error) if self.manner.serves_after(&error) => {
                    tracing::warn!(%error, "the deadline of a sync passed");
                    return Ok(SyncPlan { steps: known.steps.into_iter().map(SyncStep::later).collect() });
                }
                counted => counted?,
            };
            apply(self.db.connection(), &scope, self.now(), &self.manner, plans).await.map_err(|error| error.with_plan(&known))
        })
    }
}

impl fmt::Debug for SyncModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { asked, manner, deadline, .. } = self;
        f.debug_struct("SyncModels").field("asked", asked).field("manner", manner).field("deadline", deadline).finish_non_exhaustive()
    }
}
