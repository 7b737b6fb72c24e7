//! [`Run`]: one verb that keeps several documents true to each other, at work.
//!
//! In a transaction it is all or nothing; on a standalone server the writes before a failed one stay, and the error says so.

use super::{lock::lock_all, referential::delete_by_ids};
use crate::{
    Error, Result,
    db::Db,
    driver::{BulkCommand, Scope, UpdateCounts, UpdateSpec},
    error::Outcome,
    query::DraftCore,
    render::{Context, LongList, Plan, PlannedUpdate, PlannedWrite},
    schema::Schema,
};
use bson::{Bson, Document, RawDocumentBuf};
use std::{future::Future, time::Duration};
use tokio::time::sleep;

/// How often a verb takes a violation of a key for a race, before it is taken for what it is.
const MOST_BEATEN: u32 = 10;

/// The first pause after that; the next ones are longer.
const PAUSE: Duration = Duration::from_millis(2);

/// What the commands of one verb share, and whether one of them has written something.
pub(super) struct Run {
    pub(super) db: Db,
    pub(super) scope: Scope,
    pub(super) context: Context,
    wrote: bool,
}

impl Run {
    pub(super) fn new(db: Db, deadline: Option<Duration>, context: Context) -> Self {
        let scope = db.scope(deadline);
        Self { db, scope, context, wrote: false }
    }

    /// Notes that something was written.
    pub(super) fn wrote(&mut self) {
        self.wrote = true;
    }

    /// Makes the writes of a plan, in order.
    pub(super) async fn carry_out(&mut self, plan: &Plan) -> Result<()> {
        plan.long.iter().for_each(warn);
        for write in &plan.writes {
            match write {
                PlannedWrite::Insert { schema, documents } => {
                    let inserted = insert(&self.db, &self.scope, schema, documents).await;
                    inserted.map_err(|error| self.failed(error)).map_err(first_fault)?;
                }
                PlannedWrite::Update(planned) => self.update(planned).await?,
            }
            self.wrote();
        }
        Ok(())
    }

    /// Changes documents that were looked up. One `update`, or as many as its statements need.
    async fn update(&mut self, planned: &PlannedUpdate) -> Result<()> {
        let PlannedUpdate { schema, statements, expected, linked } = planned;
        let matched = if let [(filter, update)] = statements.as_slice() {
            self.send(schema, filter.clone(), update.clone()).await?.matched
        } else {
            let command = BulkCommand::updates(schema, &planned.rendered())?;
            let updated = self.db.connection().bulk(&self.scope, vec![command], true).await;
            updated.map_err(|error| self.failed(error)).map_err(first_fault)?.matched
        };
        if matched >= *expected {
            return Ok(());
        }
        if linked.is_empty() {
            // One of them was deleted between the look-up and the write, which only a server without transactions lets happen.
            return Err(Error::not_found(schema, None));
        }
        // One that has an id already was not written: the lock keeps a repair from taking the id for one that leads nowhere.
        let owners = linked.iter().map(|(owner, id)| (*owner, vec![id.clone()])).collect();
        lock_all(&self.db, &self.scope, owners).await
    }

    /// Changes every document that matches. One `update`.
    pub(super) async fn change(&mut self, schema: &'static Schema, filter: Document, update: Document) -> Result<UpdateCounts> {
        let counts = self.send(schema, filter, update).await?;
        if counts.modified > 0 {
            self.wrote();
        }
        Ok(counts)
    }

    /// Deletes documents by their ids, and what goes with them.
    pub(super) async fn delete(&mut self, schema: &'static Schema, ids: Vec<Bson>) -> Result<()> {
        let deleted = delete_by_ids(&self.db, &self.scope, schema, ids).await.map_err(|error| self.failed(error))?;
        if deleted > 0 {
            self.wrote();
        }
        Ok(())
    }

    /// Notes what a command has written that failed after a part of its work. What it may have written its own error says.
    fn failed(&mut self, error: Error) -> Error {
        self.wrote |= error.outcome() == Outcome::Applied;
        error
    }

    async fn send(&self, schema: &'static Schema, filter: Document, update: Document) -> Result<UpdateCounts> {
        self.db.connection().update_many(&self.scope, schema, filter, update, UpdateSpec::default()).await
    }

    /// What the verb ends with: the error of a write that others went before says so.
    pub(super) fn end<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| if self.wrote { half_done(&self.db, error, "a nested write") } else { error })
    }
}

/// Says of a list of ids that it is long.
pub(super) fn warn(list: &LongList) {
    let LongList { schema, path, length } = list;
    tracing::warn!(model = schema.model, path, length, "a list of ids that a relation keeps is long");
}

/// The error of a write that others went before, as a part of `what`. A transaction takes those back, and the error stays as it is.
pub(super) fn half_done(db: &Db, error: Error, what: &str) -> Error {
    if db.in_transaction() || error.outcome() == Outcome::Applied {
        return error;
    }
    let error = error.with_outcome(Outcome::Applied);
    // Some errors are always about nothing done.
    if error.outcome() == Outcome::Applied {
        error
    } else {
        Error::transaction(format!("{what} ended half-way: {error}"), Outcome::Applied)
    }
}

async fn insert(db: &Db, scope: &Scope, schema: &'static Schema, documents: &[Vec<u8>]) -> Result<()> {
    let mut raw =
        documents.iter().map(|bytes| RawDocumentBuf::from_bytes(bytes.clone()).map_err(Error::other)).collect::<Result<Vec<_>>>()?;
    match (raw.pop(), raw.is_empty()) {
        (Some(one), true) => db.connection().insert_one(scope, schema, one).await,
        (Some(last), false) => {
            raw.push(last);
            let inserted = db.connection().insert_many(scope, schema, raw, true).await;
            inserted.map(drop)
        }
        (None, _) => Ok(()),
    }
}

/// A nested write is one thing to its caller, so the first fault stands for the bulk's.
fn first_fault(error: Error) -> Error {
    match error {
        Error::Bulk { mut failed, .. } if failed.len() == 1 => failed.remove(0).1,
        other => other,
    }
}

/// A unique key by which a document is looked for, and created where it is not there.
#[derive(Debug)]
pub(super) struct RacedKey {
    model: &'static str,
    fields: Vec<String>,
}

impl RacedKey {
    pub(super) fn new(schema: &'static Schema, fields: &[String]) -> Self {
        Self { model: schema.model, fields: fields.to_vec() }
    }

    /// The keys of the drafts in these, however deep they stand.
    pub(super) fn of_drafts<'d>(drafts: impl IntoIterator<Item = &'d DraftCore>, found: &mut Vec<Self>) {
        let mut open: Vec<&DraftCore> = drafts.into_iter().collect();
        while let Some(draft) = open.pop() {
            for (_, nested) in draft.nested() {
                open.extend(nested.drafts());
                found.extend(nested.or_create.iter().map(|either| Self::new(either.draft.schema(), &either.named.fields())));
            }
        }
    }

    /// Whether another document with this key was created in between.
    fn is_violated(&self, error: &Error) -> bool {
        let Error::Unique { model, fields, .. } = error else { return false };
        *model == self.model && fields.len() == self.fields.len() && self.fields.iter().all(|field| fields.contains(field))
    }
}

/// Runs `f` as [`Db::in_one_transaction`] does, and again where another writer created a document with one of these keys in between: the
/// next look finds it. Not inside of a transaction of the caller's, which such a violation ends, and not after a write that stays.
pub(super) async fn until_won<F, Fut, T>(db: &Db, limit: Option<Duration>, keys: &[RacedKey], mut f: F) -> Result<T>
where
    F: FnMut(Db) -> Fut + Send,
    Fut: Future<Output = Result<T>> + Send,
    T: Send,
{
    let mut beaten = 0;
    loop {
        match db.in_one_transaction(limit, &mut f).await {
            Err(error)
                if beaten < MOST_BEATEN
                    && !db.in_transaction()
                    && error.outcome() == Outcome::NotApplied
                    && keys.iter().any(|key| key.is_violated(&error)) =>
            {
                beaten += 1;
                // Whoever was first commits in a moment.
                sleep(PAUSE * beaten).await;
            }
            result => return result,
        }
    }
}
