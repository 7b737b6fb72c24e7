//! Deletes that obey referential actions: of one document, of all that match a filter, and of ids.
//!
//! What goes with a document is deleted with it, in one transaction. Where that is more than a thousand documents, and the transaction is not
//! the caller's, they go before it in transactions of a thousand each, the deepest first, so that nothing refers to a document that is gone. A
//! transaction that lost against another one is made again with half of its documents, so that it gets through where many others write.
//! A server without transactions gets the same writes in the same order.

use super::{
    cascade::Cascade,
    group::{Group, Known, Row},
    referrers::{address, refers_to},
    report::{Deletions, ModelDeletions},
};
use crate::{
    Error, Result,
    db::Db,
    driver::{FindSpec, Scope},
    relation::{link_key::LinkKey, run::half_done},
    render::{among, by_ids, in_chunks, referring},
    schema::Schema,
};
use bson::{Bson, Document, RawDocumentBuf, doc};
use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

/// How many documents go with others in one transaction, and how many of those that match a filter are deleted in one.
const MOST: usize = 1_000;

/// What became of an attempt to delete documents in one transaction.
enum Attempt {
    /// What was done, and the keys of documents of the same model that went.
    Done(Deletions, HashSet<LinkKey>),
    /// More goes with these than one transaction is to delete.
    Exceeded(Group),
}

/// Deletes the first document that matches, and what goes with it; gives the document as it was, or as much of it as is needed where it is
/// not asked for. None where there is none.
///
/// # Errors
/// [`Error::Restricted`], and those of a write.
pub(crate) async fn delete_one(
    db: &Db,
    limit: Option<Duration>,
    schema: &'static Schema,
    filter: Document,
    reads: bool,
) -> Result<Option<(RawDocumentBuf, Deletions)>> {
    let deleting = Deleting::new(db, limit, schema);
    let mut done = Deletions::default();
    loop {
        let attempt = deleting.db.in_one_transaction(limit, |tx| {
            let (deleting, filter) = (&deleting, &filter);
            async move { deleting.one(&tx, filter, reads).await }
        });
        match attempt.await.map_err(|error| deleting.ended(error, &done))? {
            None => return Ok(None),
            Some((found, Attempt::Done(last, _))) => {
                done.add(last);
                return Ok(Some((found, done)));
            }
            Some((_, Attempt::Exceeded(roots))) => {
                let thinned = deleting.thin(roots, &mut done).await;
                thinned.map_err(|error| deleting.ended(error, &done))?;
            }
        }
    }
}

/// Deletes all documents that match, and what goes with them: their ids are read, and of a thousand at a time those that still match are
/// deleted, each time in a transaction. Gives how many of those that matched are gone, and all that was done.
///
/// # Errors
/// [`Error::Restricted`], and those of a write; [`Error::outcome`] says whether others were deleted before.
pub(crate) async fn delete_by_filter(
    db: &Db,
    limit: Option<Duration>,
    schema: &'static Schema,
    filter: Document,
) -> Result<(u64, Deletions)> {
    let deleting = Deleting::new(db, limit, schema);
    let (mut count, mut done) = (0, Deletions::default());
    let mut spec = FindSpec { projection: Some(doc! { "_id": 1 }), ..FindSpec::on_primary() };
    spec.options.batch_size = u32::try_from(MOST).ok();
    let mut cursor = deleting.db.connection().find(&deleting.db.scope(limit), schema, filter.clone(), spec).await?;
    // What may go with others before its turn comes is counted all the same, so that it is read before the first is deleted.
    let ahead = if refers_to(schema).reach(schema) { usize::MAX } else { MOST };
    let (group, mut rows): (Group, VecDeque<Row>) = (Group::new(schema, None), VecDeque::new());
    let mut gone: HashSet<LinkKey> = HashSet::new();
    loop {
        while rows.len() < ahead {
            let Some(batch) = cursor.next_batch().await.map_err(|error| deleting.ended(error, &done))? else { break };
            for document in batch.documents() {
                let row = document.and_then(|document| group.row(document));
                rows.extend(row.map_err(|error| deleting.ended(error, &done))?);
            }
        }
        let part: Vec<Row> = rows.drain(..rows.len().min(MOST)).collect();
        if part.is_empty() {
            return Ok((count, done));
        }
        let there = deleting.batch(&part, &filter, &mut done, &mut gone).await;
        count += there.map_err(|error| deleting.ended(error, &done))?;
        count += part.iter().filter(|row| gone.remove(&row.key)).count() as u64;
    }
}

/// Deletes the documents with these ids, and what goes with them, in the transaction that `db` is in. Gives how many of these were there.
///
/// # Errors
/// [`Error::Restricted`], and those of a write.
pub(crate) async fn delete_by_ids(db: &Db, scope: &Scope, schema: &'static Schema, ids: Vec<Bson>) -> Result<u64> {
    let mut done = Deletions::default();
    let deleted = delete_ids(db, scope, schema, ids, &mut done).await;
    deleted.map_err(|error| ended(db, error, &done))
}

async fn delete_ids(db: &Db, scope: &Scope, schema: &'static Schema, ids: Vec<Bson>, done: &mut Deletions) -> Result<u64> {
    let mut roots = Group::new(schema, None);
    let mut deleted = 0;
    for ids in in_chunks(ids) {
        if refers_to(schema).act_on_delete() {
            roots = roots.read(db, scope, by_ids(ids)).await?;
        } else {
            let part = db.connection().delete_many(scope, schema, by_ids(ids)).await?;
            done.note(schema, ModelDeletions { deleted: part, ..ModelDeletions::default() });
            deleted += part;
        }
    }
    if roots.rows.is_empty() {
        return Ok(deleted);
    }
    let there = roots.rows.len() as u64;
    let doomed = HashSet::new();
    Cascade { db, scope, doomed: &doomed }.run(roots, usize::MAX, &Document::new(), done).await?;
    Ok(there)
}

/// What has ended half-way where an error stands for it.
const WHAT: &str = "a delete";

/// How many documents a transaction is to delete: half as many each time that it lost against another one.
struct Halved {
    next: usize,
}

impl Halved {
    fn new(most: usize) -> Self {
        Self { next: most }
    }

    /// How many it is this time.
    fn next(&mut self) -> usize {
        let most = self.next;
        self.next = (most / 2).max(1);
        most
    }
}

/// A verb that deletes documents of one model.
struct Deleting {
    /// One deadline over all that the verb sends.
    db: Db,
    limit: Option<Duration>,
    schema: &'static Schema,
    /// How many documents may go with others in one transaction.
    most: usize,
}

impl Deleting {
    fn new(db: &Db, limit: Option<Duration>, schema: &'static Schema) -> Self {
        // The caller's transaction is one whatever it holds, and where there are none nothing is gained by parts.
        let most = if db.in_transaction() || !db.supports_transactions() { usize::MAX } else { MOST };
        Self { db: db.within(db.scope(limit).deadline).in_one_moment(), limit, schema, most }
    }

    /// One attempt at the first document that matches.
    async fn one(&self, tx: &Db, filter: &Document, reads: bool) -> Result<Option<(RawDocumentBuf, Attempt)>> {
        let (scope, mut roots) = (tx.scope(self.limit), Group::new(self.schema, None));
        let spec = FindSpec { projection: (!reads).then(|| roots.projection()), ..FindSpec::on_primary() };
        let Some(found) = tx.connection().find_one(&scope, self.schema, filter.clone(), spec).await? else { return Ok(None) };
        roots.rows.extend(roots.row(found.as_bytes())?);
        Ok(match self.attempt(tx, &scope, roots, filter).await? {
            // Without a transaction someone else may have changed or deleted it in between.
            Attempt::Done(done, _) if done.of_schema(self.schema).deleted == 0 => None,
            attempt => Some((found, attempt)),
        })
    }

    async fn attempt(&self, tx: &Db, scope: &Scope, roots: Group, also: &Document) -> Result<Attempt> {
        let (doomed, mut done) = (HashSet::new(), Deletions::default());
        let cascade = Cascade { db: tx, scope, doomed: &doomed };
        let known = cascade.run(roots.clone(), self.most, also, &mut done).await;
        Ok(match known.map_err(|error| ended(tx, error, &done))? {
            Some(known) => {
                let own = known.into_iter().filter(|(model, _)| *model == address(self.schema));
                Attempt::Done(done, own.map(|(_, key)| key).collect())
            }
            None => Attempt::Exceeded(roots),
        })
    }

    /// Deletes those of the rows that still match, and gives how many did. Others of the model that went with them are noted in `gone`.
    async fn batch(&self, rows: &[Row], filter: &Document, done: &mut Deletions, gone: &mut HashSet<LinkKey>) -> Result<u64> {
        let (mut count, mut rest) = (0, rows);
        let mut halved = Halved::new(rows.len());
        while !rest.is_empty() {
            let attempt = self.db.in_one_transaction(self.limit, |tx| {
                let taken = halved.next().min(rest.len());
                let ids: Vec<Bson> = rest.iter().take(taken).map(|row| row.id.clone()).collect();
                async move {
                    let scope = tx.scope(self.limit);
                    let roots = Group::new(self.schema, None).read(&tx, &scope, among(ids, filter)).await?;
                    let there: Vec<LinkKey> = roots.rows.iter().map(|row| row.key.clone()).collect();
                    Ok((taken, there, self.attempt(&tx, &scope, roots, filter).await?))
                }
            });
            let attempt = attempt.await?;
            match attempt {
                (taken, there, Attempt::Done(last, mut own)) => {
                    done.add(last);
                    for key in &there {
                        own.remove(key);
                    }
                    gone.extend(own);
                    count += there.len() as u64;
                    rest = rest.get(taken..).unwrap_or_default();
                    halved = Halved::new(taken);
                }
                (taken, _, Attempt::Exceeded(roots)) => {
                    gone.extend(self.thin(roots, done).await?);
                    halved = Halved::new(taken);
                }
            }
        }
        Ok(count)
    }

    /// Deletes what goes with `roots`, but not these, in transactions of a thousand documents each, the deepest first. Gives the keys of
    /// those of the same model.
    async fn thin(&self, roots: Group, done: &mut Deletions) -> Result<Vec<LinkKey>> {
        let scope = self.db.scope(self.limit);
        let nothing = HashSet::new();
        let cascade = Cascade { db: &self.db, scope: &scope, doomed: &nothing };
        let Some(plan) = cascade.plan(roots, usize::MAX).await? else { return Ok(Vec::new()) };
        // What holds the last of them back is known before the first is deleted.
        cascade.check(&plan).await?;
        let (mut doomed, mut own) = (plan.known, Vec::new());
        for group in plan.levels.iter().skip(1).rev().flatten() {
            let mut rest = group.rows.as_slice();
            let mut halved = Halved::new(MOST);
            while !rest.is_empty() {
                let (part, found, deleted) = self.part(group, rest, &mut halved, &doomed).await.map_err(|error| self.ended(error, done))?;
                done.add(deleted);
                // What was given another parent meanwhile stays, unless it is found to go by another key.
                for row in &part.rows {
                    if !found.contains(&row.key) {
                        doomed.remove(&part.known(row));
                    } else if std::ptr::eq(part.schema, self.schema) {
                        own.push(row.key.clone());
                    }
                }
                rest = rest.get(part.rows.len()..).unwrap_or_default();
                halved = Halved::new(part.rows.len());
            }
        }
        Ok(own)
    }

    /// Deletes, in one transaction, those of the first of `rest` that still go with what they went with. Gives which these first are.
    async fn part(
        &self,
        group: &Group,
        rest: &[Row],
        halved: &mut Halved,
        doomed: &HashSet<Known>,
    ) -> Result<(Group, HashSet<LinkKey>, Deletions)> {
        self.db
            .in_one_transaction(self.limit, |tx| {
                let rows = rest.iter().take(halved.next()).cloned().collect();
                let part = Group { rows, ..Group::new(group.schema, group.via) };
                async move {
                    let filter = match part.via {
                        Some(via) => among(part.ids(), &referring(&via.key.stored, part.keys(), Vec::new())),
                        None => by_ids(part.ids()),
                    };
                    let (scope, mut done) = (tx.scope(self.limit), Deletions::default());
                    let roots = Group::new(part.schema, part.via).read(&tx, &scope, filter).await?;
                    let found = roots.rows.iter().map(|row| row.key.clone()).collect();
                    let cascade = Cascade { db: &tx, scope: &scope, doomed };
                    let known = cascade.run(roots, usize::MAX, &Document::new(), &mut done).await;
                    known.map_err(|error| ended(&tx, error, &done))?;
                    Ok((part, found, done))
                }
            })
            .await
    }

    /// The error of a verb that has deleted documents before.
    fn ended(&self, error: Error, done: &Deletions) -> Error {
        ended(&self.db, error, done)
    }
}

/// The error of what has deleted documents before. A transaction of the caller takes all of it back.
fn ended(db: &Db, error: Error, done: &Deletions) -> Error {
    if done.is_empty() { error } else { half_done(db, error, WHAT) }
}
