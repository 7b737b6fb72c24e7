//! The writes to documents that refer to the changed one, or that its lists of ids name: those that are alike for both.

use super::{apply::apply, lists, there};
use crate::{
    Error, Result,
    driver::ReadOptions,
    query::{Change, Expr, Nested, RelatedOperation},
    relation::{
        changing::change_many,
        link_key::LinkKey,
        look_up::{find_each, find_ids},
        referential::moved,
        resolve::resolve_known,
        run::Run,
        settle::{distinct, settle_links},
    },
    render::{Connect, Otherwise, Parent, field_of, is_to_one, related_to, render_filter, render_update},
    schema::{Link, RelationSchema, Schema},
};
use bson::Bson;
use std::collections::HashSet;

/// Makes one write to a relation of `parent`. The related documents are named by the relation too, so that no other can be reached.
pub(super) async fn write_related(
    run: &mut Run,
    parent: &mut Parent,
    relation: &'static RelationSchema,
    operation: &RelatedOperation,
) -> Result<()> {
    let target = (relation.target)();
    match operation {
        RelatedOperation::Link(nested) => link(run, parent, relation, nested).await,
        RelatedOperation::Replace(keys) => {
            let kept = settle_links(run, relation, &Nested { connect: keys.clone(), ..Nested::default() }).await?.found;
            match relation.link {
                Link::There(key) => there::replace(run, parent, relation, field_of(target, relation, key)?, kept).await,
                _ => lists::replace(run, parent, relation, kept).await,
            }
        }
        RelatedOperation::Disconnect(which) => match relation.link {
            Link::There(key) => there::disconnect(run, parent, relation, field_of(target, relation, key)?, which).await,
            _ => lists::disconnect(run, parent, relation, which).await,
        },
        RelatedOperation::Delete(which) => {
            let related = related_to(relation, parent)?;
            let open: Vec<Connect<'_>> = which.iter().map(|key| named(target, key)).collect();
            let found = find_each(run, &open, &related).await?;
            let ids =
                which.iter().zip(found).map(|(key, found)| found.map(|found| found.id).ok_or_else(|| Error::not_found_by(target, key)));
            delete(run, parent, relation, distinct(ids.collect::<Result<Vec<Bson>>>()?)).await
        }
        RelatedOperation::DeleteMany(filter) => {
            let related = related_to(relation, parent)?;
            let ids = find_ids(run, target, filter.clone().and(related)).await?;
            delete(run, parent, relation, ids).await
        }
        RelatedOperation::Update(which, changes) => {
            let related = which.clone().and(related_to(relation, parent)?);
            let applied = apply(run, target, related, changes, false).await?;
            applied.map(drop).ok_or_else(|| Error::not_found_by(target, which))
        }
        RelatedOperation::UpdateMany(filter, changes) => {
            let related = filter.clone().and(related_to(relation, parent)?);
            update_many(run, target, related, changes).await
        }
        RelatedOperation::Upsert(which, draft, changes) => {
            let related = which.expr.clone().and(related_to(relation, parent)?);
            if apply(run, target, related, changes, false).await?.is_some() {
                return Ok(());
            }
            // A document with this key that is another's is not taken away from it.
            if !is_to_one(relation) && !find_ids(run, target, which.expr.clone()).await?.is_empty() {
                return Err(Error::not_found_by(target, &which.expr));
            }
            link(run, parent, relation, &Nested { create: vec![draft.as_ref().clone()], ..Nested::default() }).await
        }
    }
}

/// Those of `ids` that are not among `others`, as the server compares them.
pub(super) fn without(ids: Vec<Bson>, others: &[Bson]) -> Vec<Bson> {
    let others: HashSet<LinkKey> = others.iter().map(LinkKey::of_value).collect();
    ids.into_iter().filter(|id| !others.contains(&LinkKey::of_value(id))).collect()
}

/// The document with this key, to be looked up by its id.
pub(super) fn named(schema: &'static Schema, key: &Expr) -> Connect<'static> {
    let (is_stamped, is_untouched) = (false, false);
    Connect { schema, key: key.clone(), field: "_id", list: None, is_stamped, is_untouched, otherwise: Otherwise::NotFound }
}

async fn link(run: &mut Run, parent: &mut Parent, relation: &'static RelationSchema, nested: &Nested) -> Result<()> {
    let nested = settle_links(run, relation, nested).await?;
    match relation.link {
        Link::There(key) => {
            let key = field_of((relation.target)(), relation, key)?;
            there::connect(run, parent, relation, key, nested).await
        }
        _ => lists::connect(run, parent, relation, nested).await,
    }
}

async fn delete(run: &mut Run, parent: &mut Parent, relation: &'static RelationSchema, ids: Vec<Bson>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    run.delete((relation.target)(), ids.clone()).await?;
    // The deletion took them out of every list.
    if let Link::Lists { ids: Some(list), .. } = relation.link {
        let list = field_of(parent.schema, relation, list)?.stored;
        let left = without(parent.ids(list), &ids);
        parent.set_ids(list, left);
    }
    Ok(())
}

async fn update_many(run: &mut Run, target: &'static Schema, which: Expr, changes: &[Change]) -> Result<()> {
    let which = resolve_known(&run.db, &run.scope, which, &ReadOptions::on_primary()).await?;
    let filter = render_filter(target, &which)?;
    let update = render_update(target, changes, run.context.now)?;
    update.check_size(target, &filter)?;
    let (counts, refused) = change_many(&run.db, &run.scope, target, &filter, &update, &moved(target, changes)).await?;
    if counts.modified > 0 {
        run.wrote();
    }
    if refused > 0 {
        return Err(Error::rule(
            target,
            "",
            format!("a form that takes the changes, which {refused} of the related documents do not have"),
        ));
    }
    Ok(())
}
