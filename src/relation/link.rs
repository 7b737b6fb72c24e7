//! Running the plans of drafts: a flat create is a plan of one write.
//!
//! A plan of one insert is one command. Anything more is a transaction where the server has them; where not, it runs in the plan's own order,
//! which its renderer documents.

use super::{lock::lock_all, resolve::resolve_known};
use crate::{
    Error, Result,
    codec::{Raw, raw_to_bson},
    db::{Db, sequence},
    driver::{FindSpec, ReadOptions, Scope, UpdateSpec},
    error::Outcome,
    query::{DraftCore, Expr, Test},
    render::{Connect, Context, Plan, PlannedWrite, by_ids, check_drafts, connects, numbers_needed, plan_create, render_filter},
    schema::Schema,
};
use bson::{Bson, Document, RawDocumentBuf, doc};
use std::{collections::HashMap, time::Duration};

/// Creates these drafts and everything nested in them; gives the documents of the outermost ones.
pub(crate) async fn create(db: &Db, deadline: Option<Duration>, drafts: Vec<DraftCore>) -> Result<Vec<Vec<u8>>> {
    // One deadline over all commands of the verb.
    let db = &db.within(db.scope(deadline).deadline);
    let context = context(db, deadline, &drafts).await?;
    if connects(&drafts).is_empty() {
        let plan = plan_create(drafts, Vec::new(), &mut context.clone())?;
        if plan.writes.len() == 1 {
            run(db, &db.scope(deadline), &plan).await?;
        } else {
            db.in_one_transaction(deadline, |tx| {
                let plan = &plan;
                async move { run(&tx, &tx.scope(deadline), plan).await }
            })
            .await?;
        }
        return Ok(plan.roots);
    }
    // What is connected must be there when the transaction commits, so it is looked up inside, and planned anew with each attempt.
    db.in_one_transaction(deadline, |tx| {
        let (drafts, mut context) = (&drafts, context.clone());
        async move {
            let scope = tx.scope(deadline);
            let connected = find_connected(&tx, &scope, connects(drafts)).await?;
            let plan = plan_create(drafts.clone(), connected, &mut context)?;
            run(&tx, &scope, &plan).await?;
            Ok(plan.roots)
        }
    })
    .await
}

/// The documents of drafts without nested writes, ready to be sent.
pub(crate) async fn render_flat(db: &Db, deadline: Option<Duration>, drafts: Vec<DraftCore>) -> Result<Vec<Vec<u8>>> {
    let mut context = context(db, deadline, &drafts).await?;
    Ok(plan_create(drafts, Vec::new(), &mut context)?.roots)
}

/// The same of each draft by itself, so that the caller knows which one is at fault. They have passed [`check_drafts`] already.
///
/// # Errors
/// That of a sequence, of which the drafts need numbers.
pub(crate) async fn render_each(db: &Db, deadline: Option<Duration>, drafts: Vec<DraftCore>) -> Result<Vec<Result<Vec<u8>>>> {
    let mut context = numbered(db, deadline, &drafts).await?;
    let render = |draft| -> Result<Vec<u8>> {
        let plan = plan_create(vec![draft], Vec::new(), &mut context)?;
        // One draft has one root.
        Ok(plan.roots.into_iter().next().unwrap_or_default())
    };
    Ok(drafts.into_iter().map(render).collect())
}

async fn context(db: &Db, deadline: Option<Duration>, drafts: &[DraftCore]) -> Result<Context> {
    check_drafts(drafts)?;
    numbered(db, deadline, drafts).await
}

/// What the drafts of one verb share. Numbers of sequences are taken here, outside any transaction: a counter inside one would make every
/// other transaction on it fail.
async fn numbered(db: &Db, deadline: Option<Duration>, drafts: &[DraftCore]) -> Result<Context> {
    let mut numbers = HashMap::new();
    for needed in numbers_needed(drafts) {
        if let Some(taken) = needed.taken {
            sequence::raise(db, deadline, needed.schema, taken).await.map_err(nothing_sent)?;
        }
        if needed.reserve > 0 {
            numbers.insert(
                needed.schema.collection,
                sequence::next_block(db, deadline, needed.schema, needed.reserve).await.map_err(nothing_sent)?,
            );
        }
    }
    Ok(Context { now: db.clock().now(), numbers })
}

/// A number that was taken is a gap; the document that was to have it was not sent.
pub(crate) fn nothing_sent(error: Error) -> Error {
    error.with_outcome(Outcome::NotApplied)
}

/// The values by which the plan refers to the documents that these keys name, in order. Ids that are keys are read together.
async fn find_connected(db: &Db, scope: &Scope, connects: Vec<Connect>) -> Result<Vec<Bson>> {
    let mut by_model: Vec<(&'static Schema, Vec<Bson>)> = Vec::new();
    for connect in &connects {
        if let Some(id) = connected_id(connect) {
            match by_model.iter_mut().find(|(other, _)| std::ptr::eq(*other, connect.schema)) {
                Some((_, ids)) => ids.push(id.clone()),
                None => by_model.push((connect.schema, vec![id.clone()])),
            }
        }
    }
    let mut known: Vec<(&'static Schema, Vec<Bson>)> = Vec::new();
    for (schema, ids) in by_model {
        let found = find_values(db, scope, schema, by_ids(ids), "_id").await?;
        known.push((schema, found.into_iter().map(|(id, _)| id).collect()));
    }
    let (mut resolved, mut locked) = (Vec::with_capacity(connects.len()), Vec::new());
    for connect in connects {
        let schema = connect.schema;
        let found = match connected_id(&connect) {
            // As the server compares: an id that others stored as Int32 is the same number.
            Some(id) => known
                .iter()
                .filter(|(other, _)| std::ptr::eq(*other, schema))
                .flat_map(|(_, ids)| ids)
                .find(|other| same(other, id))
                .map(|id| (id.clone(), id.clone())),
            None => {
                let key = resolve_known(db, scope, connect.key.clone(), &ReadOptions::default()).await?;
                find_values(db, scope, schema, render_filter(schema, &key)?, connect.field).await?.pop()
            }
        };
        let (id, value) = found.ok_or_else(|| Error::not_found(schema, as_id(&connect.key)))?;
        locked.extend(connect.locked.then(|| (schema, vec![id])));
        resolved.push(value);
    }
    lock_all(db, scope, locked).await?;
    Ok(resolved)
}

/// Whether the server takes both for the same value.
fn same(a: &Bson, b: &Bson) -> bool {
    let whole = |value: &Bson| value.as_i64().or_else(|| value.as_i32().map(i64::from));
    a == b || whole(a).is_some_and(|a| whole(b) == Some(a))
}

/// The id that names a document, where the plan refers to it by its id.
fn connected_id(connect: &Connect) -> Option<&Bson> {
    as_id(&connect.key).filter(|_| connect.field == "_id")
}

fn as_id(key: &Expr) -> Option<&Bson> {
    match key {
        Expr::Test(path, Test::Eq(id)) if path.stored() == "_id" => Some(id),
        _ => None,
    }
}

/// The ids of the documents that match, and the values that they have in a field, which is one that names them.
async fn find_values(db: &Db, scope: &Scope, schema: &'static Schema, filter: Document, field: &str) -> Result<Vec<(Bson, Bson)>> {
    let spec = FindSpec { projection: Some(doc! { "_id": 1, field: 1 }), ..FindSpec::default() };
    let mut cursor = db.connection().find(scope, schema, filter, spec).await?;
    let mut values = Vec::new();
    while let Some(batch) = cursor.next_batch().await? {
        for document in batch.documents() {
            let document = document?;
            let value = |field: &str| -> Result<Bson> {
                let value = Raw::document(document).and_then(|raw| raw.get(field)?.map(raw_to_bson).transpose());
                let value = value.map_err(|error| Error::decode(schema, document, error))?.filter(|value| *value != Bson::Null);
                value.ok_or_else(|| Error::rule(schema, field, "a value, for a key to reference it"))
            };
            values.push((value("_id")?, value(field)?));
        }
    }
    Ok(values)
}

/// Makes the writes of a plan, in order. In a transaction it is all or nothing; on a standalone server the writes before a failed one stay,
/// and the error says so.
async fn run(db: &Db, scope: &Scope, plan: &Plan) -> Result<()> {
    for (done, write) in plan.writes.iter().enumerate() {
        if let Err(error) = make(db, scope, write).await {
            return Err(if done > 0 && !db.in_transaction() { half_done(error) } else { error });
        }
    }
    Ok(())
}

/// The error of a write that others went before.
fn half_done(error: Error) -> Error {
    let known = if error.outcome() == Outcome::Unknown { Outcome::Unknown } else { Outcome::Applied };
    let error = error.with_outcome(known);
    // Some errors are always about nothing done.
    if error.outcome() == known { error } else { Error::transaction(format!("a nested write ended half-way: {error}"), known) }
}

async fn make(db: &Db, scope: &Scope, write: &PlannedWrite) -> Result<()> {
    match write {
        PlannedWrite::Insert { schema, documents } => insert(db, scope, schema, documents).await,
        PlannedWrite::Update { schema, filter, update, expected } => {
            let counts = db.connection().update_many(scope, *schema, filter.clone(), update.clone(), UpdateSpec::default()).await?;
            // One of them was deleted between the look-up and the write, which only a server without transactions lets happen.
            if expected.is_some_and(|expected| counts.matched < expected) {
                return Err(Error::not_found(schema, None));
            }
            Ok(())
        }
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
            // A nested write is one thing to its caller, so the first fault stands for the bulk's.
            inserted.map(drop).map_err(first_fault)
        }
        (None, _) => Ok(()),
    }
}

fn first_fault(error: Error) -> Error {
    match error {
        Error::Bulk { mut failed, .. } if failed.len() == 1 => failed.remove(0).1,
        other => other,
    }
}
