//! What writes to related documents would take the key away from, found before the first write: where there are no transactions, nothing of
//! what was written before a refusal could be taken back.

use super::{
    apply::{Write, find, in_order},
    reach::{deletion_reaches, draft_reaches, reaches},
    related::{named, without},
};
use crate::{
    Result,
    driver::ReadOptions,
    query::{Change, Changes, Expr, RelatedOperation},
    relation::{
        look_up::{find_each, find_ids},
        resolve::resolve_known,
        run::Run,
    },
    render::{Connect, Parent, check_severable, field_of, is_to_one, related_to, render_filter},
    schema::{Field, Link, RelationSchema, Schema},
};
use bson::Bson;
use futures::future::{BoxFuture, FutureExt};

/// Refuses changes that would take the key away from documents that cannot be without it, those too that stand in changes of related
/// documents. It looks at what is related before all of them; what they relate themselves, by an earlier write to the same relation or by a
/// change of the field that keys reference, is looked at when it is its turn.
///
/// # Errors
/// A document that would lose a required key.
pub(super) fn check_losses<'a, 'c: 'a>(
    run: &'a Run,
    parent: &'a Parent,
    changes: &'c Changes,
    earlier: &'a mut Vec<Write<'c>>,
) -> BoxFuture<'a, Result<()>> {
    async move {
        let (here, others) = in_order(parent.schema, changes)?;
        let set_here: Vec<&str> = here.iter().filter_map(key_that_is_set).collect();
        let mut written: Vec<&str> = Vec::new();
        for (relation, operation) in here.into_iter().chain(others) {
            let is_renamed = changes_reference(parent.schema, relation, changes, &set_here)?;
            if !is_renamed {
                check_loss(run, parent, relation, operation, earlier).await?;
            }
            // Behind an earlier write to the same relation, what it leads to now may not be what is changed.
            if !is_renamed
                && !written.contains(&relation.name)
                && let Some((which, inner)) = changes_of(operation)
            {
                let target = (relation.target)();
                let related = which.clone().and(related_to(relation, parent)?);
                let related = resolve_known(&run.db, &run.scope, related, &ReadOptions::on_primary()).await?;
                if let Some(document) = find(run, target, render_filter(target, &related)?).await? {
                    let related = Parent::read(target, document.as_bytes())?;
                    check_losses(run, &related, inner, earlier).await?;
                }
            }
            written.push(relation.name);
            earlier.push((relation, operation));
        }
        Ok(())
    }
    .boxed()
}

/// The key of the document itself that a write to its relation sets.
fn key_that_is_set((relation, operation): &Write<'_>) -> Option<&'static str> {
    match relation.link {
        Link::Here(key) if !matches!(operation, RelatedOperation::Update(..)) => Some(key),
        _ => None,
    }
}

/// Whether the document gets another value of the field that keys of this relation name it by: what refers to the old one may then not be
/// what is related.
fn changes_reference(schema: &'static Schema, relation: &RelationSchema, changes: &Changes, set_here: &[&str]) -> Result<bool> {
    let (Link::There(_), Some(name)) = (relation.link, relation.references) else { return Ok(false) };
    let field = field_of(schema, relation, name)?;
    Ok(set_here.contains(&field.name) || changes.own.iter().any(|change| change.stored() == field.stored))
}

/// The related document that is changed, and its changes, where these write related documents of their own.
fn changes_of(operation: &RelatedOperation) -> Option<(&Expr, &Changes)> {
    let (which, inner) = match operation {
        RelatedOperation::Update(which, inner) => (which, inner),
        RelatedOperation::Upsert(which, _, inner) => (&which.expr, inner),
        _ => return None,
    };
    (!inner.related.is_empty()).then_some((which, inner))
}

/// The same of one write.
async fn check_loss(
    run: &Run,
    parent: &Parent,
    relation: &'static RelationSchema,
    operation: &RelatedOperation,
    earlier: &[Write<'_>],
) -> Result<()> {
    let Link::There(key) = relation.link else { return Ok(()) };
    let target = (relation.target)();
    let key = field_of(target, relation, key)?;
    if check_severable(target, key).is_ok() || earlier.iter().any(|&(relation, operation)| may_free(target, key, relation, operation)) {
        return Ok(());
    }
    let kept: Vec<&Expr> = match operation {
        RelatedOperation::Link(nested) if is_to_one(relation) => {
            nested.connect.iter().chain(nested.or_create.iter().map(|either| &either.key)).collect()
        }
        RelatedOperation::Replace(keys) => keys.iter().collect(),
        RelatedOperation::Upsert(which, ..) if is_to_one(relation) => {
            // Where an earlier write changes it, it may match only then.
            if earlier.iter().any(|&(relation, operation)| reaches(target, relation, operation)) {
                return Ok(());
            }
            // The one who stands there is changed, or loses the place to the one that is created.
            let related = related_to(relation, parent)?;
            let is_free = find_ids(run, target, related.clone()).await?.is_empty();
            let is_kept = is_free || !find_ids(run, target, which.expr.clone().and(related)).await?.is_empty();
            return if is_kept { Ok(()) } else { check_severable(target, key) };
        }
        _ => return Ok(()),
    };
    let open: Vec<Connect> = kept.into_iter().map(|key| named(target, key)).collect();
    let kept: Vec<Bson> = find_each(run, &open, &Expr::All).await?.into_iter().flatten().map(|found| found.id).collect();
    let lost = without(find_ids(run, target, related_to(relation, parent)?).await?, &kept);
    if lost.is_empty() { Ok(()) } else { check_severable(target, key) }
}

/// Whether a write may take documents of `lost` away from where their `key` leads to, so that later ones find nobody there. What is nested in
/// its changes are writes of their own.
fn may_free(lost: &'static Schema, key: &Field, relation: &RelationSchema, operation: &RelatedOperation) -> bool {
    let target = (relation.target)();
    let is_theirs = target.collection == lost.collection;
    let sets_key = |changes: &[Change]| is_theirs && changes.iter().any(|change| change.stored() == key.stored);
    match operation {
        RelatedOperation::Link(nested) => {
            let connects = !nested.connect.is_empty() || !nested.or_create.is_empty();
            (is_theirs && connects) || nested.drafts().any(|draft| draft_reaches(lost, draft))
        }
        RelatedOperation::Replace(_) => is_theirs,
        RelatedOperation::Delete(_) | RelatedOperation::DeleteMany(_) => deletion_reaches(lost, target),
        RelatedOperation::Update(_, inner) => sets_key(&inner.own),
        RelatedOperation::UpdateMany(_, changes) => sets_key(changes),
        RelatedOperation::Upsert(_, draft, inner) => sets_key(&inner.own) || draft_reaches(lost, draft),
        // A key that is required is not taken away.
        RelatedOperation::Disconnect(_) => false,
    }
}
