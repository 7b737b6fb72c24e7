//! Relations by a key of the related documents.

use super::related::without;
use crate::{
    Error, Result,
    driver::ReadOptions,
    query::{Expr, Found, Nested},
    relation::{lock::lock, look_up::find_ids, resolve::resolve_known, run::Run, settle::distinct},
    render::{
        Given, Parent, by_ids, check_severable, clear_key, in_chunks, is_to_one, key_fields, plan_create, related_to, render_filter,
        set_key,
    },
    schema::{Field, RelationSchema, Schema},
};
use bson::Bson;

/// Creates and connects documents, whose keys then name the parent.
pub(super) async fn connect(run: &mut Run, parent: &Parent, relation: &'static RelationSchema, key: &Field, nested: Nested) -> Result<()> {
    let target = (relation.target)();
    let found = distinct(nested.found.into_iter().map(|found| found.id).collect());
    if found.is_empty() && nested.create.is_empty() {
        return Ok(());
    }
    let (here, _) = key_fields(parent.schema, relation)?;
    let value = named_by(parent, here)?;
    lock(&run.db, &run.scope, parent.schema, std::slice::from_ref(&parent.id)).await?;
    if is_to_one(relation) {
        // One stands on the other side: who stood there before goes first.
        let others = without(find_ids(run, target, related_to(relation, parent)?).await?, &found);
        sever(run, target, key, others).await?;
    }
    refer(run, target, key, found, &value).await?;
    if !nested.create.is_empty() {
        let plan = plan_create(nested.create, &Given::Key(key.name, value), &mut run.context)?;
        run.carry_out(&plan).await?;
    }
    Ok(())
}

/// Exactly these documents name the parent from now on.
pub(super) async fn replace(
    run: &mut Run,
    parent: &Parent,
    relation: &'static RelationSchema,
    key: &Field,
    kept: Vec<Found>,
) -> Result<()> {
    let target = (relation.target)();
    let kept = distinct(kept.into_iter().map(|found| found.id).collect());
    // Before the look at what is related: of two at once, each could take away what the other one keeps.
    lock(&run.db, &run.scope, parent.schema, std::slice::from_ref(&parent.id)).await?;
    let current = find_ids(run, target, related_to(relation, parent)?).await?;
    let added = without(kept.clone(), &current);
    sever(run, target, key, without(current, &kept)).await?;
    if !added.is_empty() {
        let (here, _) = key_fields(parent.schema, relation)?;
        let value = named_by(parent, here)?;
        refer(run, target, key, added, &value).await?;
    }
    Ok(())
}

/// Those of the related documents that match one of these name nothing any more.
pub(super) async fn disconnect(
    run: &mut Run,
    parent: &Parent,
    relation: &'static RelationSchema,
    key: &Field,
    which: &[Expr],
) -> Result<()> {
    let target = (relation.target)();
    let one_of = which.iter().cloned().fold(Expr::Nothing, Expr::or);
    let related = one_of.and(related_to(relation, parent)?);
    let related = resolve_known(&run.db, &run.scope, related, &ReadOptions::on_primary()).await?;
    let update = clear_key(target, key, run.context.now)?;
    run.change(target, render_filter(target, &related)?, update).await.map(drop)
}

/// What the keys of related documents hold to name the parent.
fn named_by(parent: &Parent, here: &str) -> Result<Bson> {
    match parent.get(here) {
        Bson::Null => Err(Error::rule(parent.schema, here, "a value, for a key to reference it")),
        value => Ok(value),
    }
}

async fn refer(run: &mut Run, target: &'static Schema, key: &Field, ids: Vec<Bson>, value: &Bson) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let (expected, update) = (ids.len() as u64, set_key(target, key, value.clone(), run.context.now)?);
    let mut matched = 0;
    for ids in in_chunks(ids) {
        matched += run.change(target, by_ids(ids), update.clone()).await?.matched;
    }
    // One of them was deleted between the look-up and the write, which only a server without transactions lets happen.
    if matched < expected { Err(Error::not_found(target, None)) } else { Ok(()) }
}

async fn sever(run: &mut Run, target: &'static Schema, key: &Field, ids: Vec<Bson>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    check_severable(target, key)?;
    let update = clear_key(target, key, run.context.now)?;
    for ids in in_chunks(ids) {
        run.change(target, by_ids(ids), update.clone()).await?;
    }
    Ok(())
}
