//! `update` and `upsert` with writes to related documents, from their checks to what they give back.

use super::{
    apply::{apply, reread},
    reach::may_reach,
};
use crate::{
    Error, Result,
    db::Db,
    query::{Changes, DraftCore, Expr, RelatedOperation},
    relation::{
        link::numbered,
        run::{RacedKey, Run, until_won},
        settle::settle,
    },
    render::{Given, Parent, agree_changes, agree_drafts, check_drafts, check_writes, numbers_needed, plan_create, relation_of},
    schema::Schema,
};
use bson::RawDocumentBuf;
use std::time::Duration;

/// What a verb gives back of its document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Give {
    /// Whether it gives back the document at all.
    pub(crate) reads: bool,
    /// Whether as it is afterwards, and not as it was.
    pub(crate) after: bool,
}

/// What an upsert creates.
pub(crate) struct UpsertDraft<'c> {
    pub(crate) draft: DraftCore,
    /// The stored paths of the upsert's key.
    pub(crate) fields: Vec<String>,
    /// Refuses a document that is not the one that the key names.
    pub(crate) check: &'c (dyn Fn(&[u8]) -> Result<()> + Send + Sync),
}

/// Changes the document that `key` names, and what it is related to.
pub(crate) async fn update(
    db: &Db,
    deadline: Option<Duration>,
    schema: &'static Schema,
    key: Expr,
    mut changes: Changes,
    give: Give,
) -> Result<RawDocumentBuf> {
    // One deadline over all commands of the verb.
    let db = &db.within(db.scope(deadline).deadline).in_one_moment();
    agree_changes(schema, &mut changes)?;
    check_writes(schema, &changes, db.now())?;
    let mut drafts = Vec::new();
    changes.drafts(&mut drafts);
    let needed = numbers_needed(drafts);
    let mut raced = Vec::new();
    note_raced(schema, &changes, &mut raced)?;
    let context = numbered(db, deadline, needed).await?;
    until_won(db, deadline, &raced, |tx| {
        let (key, changes, mut run) = (&key, &changes, Run::new(tx, deadline, context.clone()));
        async move {
            let changed = change(&mut run, schema, key, changes, give).await;
            let changed = changed.and_then(|changed| changed.ok_or_else(|| Error::not_found_by(schema, key)));
            run.end(changed)
        }
    })
    .await
}

/// Changes the document that `key` names and what it is related to, or creates the draft with everything nested in it; gives it back.
pub(crate) async fn upsert(
    db: &Db,
    deadline: Option<Duration>,
    schema: &'static Schema,
    key: Expr,
    mut changes: Changes,
    created: UpsertDraft<'_>,
) -> Result<RawDocumentBuf> {
    let db = &db.within(db.scope(deadline).deadline).in_one_moment();
    let UpsertDraft { mut draft, fields, check } = created;
    agree_drafts([&mut draft])?;
    agree_changes(schema, &mut changes)?;
    check_drafts([&draft])?;
    if !changes.own.is_empty() || !changes.related.is_empty() {
        check_writes(schema, &changes, db.now())?;
    }
    let mut drafts = vec![&draft];
    changes.drafts(&mut drafts);
    let needed = numbers_needed(drafts);
    let mut raced = vec![RacedKey::new(schema, &fields)];
    RacedKey::of_drafts([&draft], &mut raced);
    note_raced(schema, &changes, &mut raced)?;
    let context = numbered(db, deadline, needed).await?;
    until_won(db, deadline, &raced, |tx| {
        let (key, changes, draft, mut run) = (&key, &changes, draft.clone(), Run::new(tx, deadline, context.clone()));
        async move {
            let written = change_or_create(&mut run, schema, key, changes, draft, check).await;
            run.end(written)
        }
    })
    .await
}

async fn change_or_create(
    run: &mut Run,
    schema: &'static Schema,
    key: &Expr,
    changes: &Changes,
    draft: DraftCore,
    check: &(dyn Fn(&[u8]) -> Result<()> + Send + Sync),
) -> Result<RawDocumentBuf> {
    if let Some(changed) = change(run, schema, key, changes, Give { reads: true, after: true }).await? {
        return Ok(changed);
    }
    let mut drafts = vec![draft];
    settle(run, &mut drafts).await?;
    let mut plan = plan_create(drafts, &Given::Nothing, &mut run.context)?;
    plan.roots.iter().try_for_each(|document| check(document))?;
    run.carry_out(&plan).await?;
    RawDocumentBuf::from_bytes(plan.roots.pop().unwrap_or_default()).map_err(Error::other)
}

/// Nothing where there is no such document.
async fn change(run: &mut Run, schema: &'static Schema, key: &Expr, changes: &Changes, give: Give) -> Result<Option<RawDocumentBuf>> {
    let Some(applied) = apply(run, schema, key.clone(), changes, give.reads && !give.after).await? else { return Ok(None) };
    match (give.reads, give.after, applied.before) {
        (false, ..) => Ok(Some(RawDocumentBuf::new())),
        (true, false, Some(before)) => Ok(Some(before)),
        (true, true, _) if may_reach(schema, schema, changes) => {
            let id = Parent::read(schema, applied.after.as_bytes())?.id;
            reread(run, schema, &id).await.map(Some)
        }
        (true, ..) => Ok(Some(applied.after)),
    }
}

/// The unique keys by which these writes look for documents, and create them where they are not there.
fn note_raced(schema: &'static Schema, changes: &Changes, found: &mut Vec<RacedKey>) -> Result<()> {
    for write in &changes.related {
        let target = (relation_of(schema, write)?.target)();
        match &write.operation {
            RelatedOperation::Link(nested) => {
                found.extend(nested.or_create.iter().map(|either| RacedKey::new(target, &either.named.fields())));
                RacedKey::of_drafts(nested.drafts(), found);
            }
            RelatedOperation::Update(_, inner) => note_raced(target, inner, found)?,
            RelatedOperation::Upsert(which, draft, inner) => {
                found.push(RacedKey::new(target, &which.named.fields()));
                RacedKey::of_drafts([draft.as_ref()], found);
                note_raced(target, inner, found)?;
            }
            RelatedOperation::Replace(_)
            | RelatedOperation::Disconnect(_)
            | RelatedOperation::Delete(_)
            | RelatedOperation::DeleteMany(_)
            | RelatedOperation::UpdateMany(..) => {}
        }
    }
    Ok(())
}
