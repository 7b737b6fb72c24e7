//! One document changed, and what it is related to.

use super::{
    here::{Folded, asks_for_key, fold},
    loss::check_losses,
    reach::{deletion_reaches, may_delete, reaches},
    related::write_related,
};
use crate::{
    Error, Result,
    driver::{FindSpec, ReadOptions, UpdateSpec},
    query::{Change, Changes, Expr, RelatedOperation},
    relation::{changing::Changing, referential::moved, resolve::resolve_known, run::Run},
    render::{Parent, relation_of, render_filter, render_update},
    schema::{Link, RelationSchema, Schema},
};
use bson::{Bson, Document, RawDocumentBuf, doc};
use futures::future::{BoxFuture, FutureExt};

/// A write to a relation.
pub(super) type Write<'c> = (&'static RelationSchema, &'c RelatedOperation);

/// A document that was changed.
pub(super) struct Applied {
    /// As it was, where that was read.
    pub(super) before: Option<RawDocumentBuf>,
    /// As its own update left it.
    pub(super) after: RawDocumentBuf,
}

/// Changes the one document that `which` matches, and what it is related to; nothing where there is no such document.
///
/// What its own keys lead to comes first, so that one update sets them with its other changes; what refers to it comes after that update,
/// in the order in which it was written, and then what it refers to no more is deleted. Where a write may have come back to the document, it is
/// read again before the next.
pub(super) fn apply<'a>(
    run: &'a mut Run,
    schema: &'static Schema,
    which: Expr,
    changes: &'a Changes,
    reads_before: bool,
) -> BoxFuture<'a, Result<Option<Applied>>> {
    async move {
        let which = resolve_known(&run.db, &run.scope, which, &ReadOptions::on_primary()).await?;
        let filter = render_filter(schema, &which)?;
        let (here, others) = in_order(schema, changes)?;
        // Without a transaction nothing is undone: what would be refused later is found before the first write.
        let is_alone = !run.db.in_transaction();
        let mut before = None;
        if reads_before || is_alone || here.iter().any(|(_, operation)| asks_for_key(operation)) {
            before = find(run, schema, filter.clone()).await?;
            if before.is_none() {
                return Ok(None);
            }
        }
        let parent = before.as_ref().map(|document| Parent::read(schema, document.as_bytes())).transpose()?;
        if let (Some(parent), true) = (&parent, is_alone) {
            check_losses(run, parent, changes, &mut Vec::new()).await?;
        }
        let mut own = changes.own.clone();
        let Folded { deleted, has_reached } = fold(run, schema, parent.as_ref(), &here, &mut own).await?;
        // What the keys lead to may have changed the document itself, so that its id alone is sure to name it.
        let reached = parent.filter(|_| has_reached).map(|parent| parent.id);
        let filter = reached.as_ref().map_or(filter, |id| doc! { "_id": id.clone() });
        let after = match &before {
            Some(document) if own.is_empty() && reached.is_none() => Some(document.clone()),
            _ if own.is_empty() => find(run, schema, filter).await?,
            _ => change(run, schema, &filter, &own).await?,
        };
        let Some(after) = after else {
            return reached.map_or(Ok(None), |id| Err(Error::not_found(schema, Some(&id))));
        };
        let mut parent = Parent::read(schema, after.as_bytes())?;
        let last = others.len().saturating_sub(1);
        for (at, (relation, operation)) in others.into_iter().enumerate() {
            write_related(run, &mut parent, relation, operation).await?;
            // The next one is made for the document as it is then, and none for one that is gone.
            if (at < last && reaches(schema, relation, operation)) || may_delete(schema, relation, operation) {
                parent = Parent::read(schema, reread(run, schema, &parent.id).await?.as_bytes())?;
            }
        }
        for (target, id) in deleted {
            run.delete(target, vec![id]).await?;
            if deletion_reaches(schema, target) {
                reread(run, schema, &parent.id).await?;
            }
        }
        Ok(Some(Applied { before, after }))
    }
    .boxed()
}

/// The writes to relations by keys of the document, which come before its own update, and the others, which come after it.
pub(super) fn in_order<'c>(schema: &'static Schema, changes: &'c Changes) -> Result<(Vec<Write<'c>>, Vec<Write<'c>>)> {
    let (mut here, mut others) = (Vec::new(), Vec::new());
    for write in &changes.related {
        let relation = relation_of(schema, write)?;
        match relation.link {
            Link::Here(_) => here.push((relation, &write.operation)),
            Link::There(_) | Link::Lists { .. } => others.push((relation, &write.operation)),
        }
    }
    Ok((here, others))
}

/// The document with this id as the related writes have left it.
///
/// # Errors
/// [`Error::NotFound`] where they have deleted it.
pub(super) async fn reread(run: &Run, schema: &'static Schema, id: &Bson) -> Result<RawDocumentBuf> {
    find(run, schema, doc! { "_id": id.clone() }).await?.ok_or_else(|| Error::not_found(schema, Some(id)))
}

/// The document that matches.
pub(super) async fn find(run: &Run, schema: &'static Schema, filter: Document) -> Result<Option<RawDocumentBuf>> {
    run.db.connection().find_one(&run.scope, schema, filter, FindSpec::on_primary()).await
}

/// The document as its own update leaves it. One `findAndModify`, and what brings the document into the form that this takes.
async fn change(run: &mut Run, schema: &'static Schema, filter: &Document, own: &[Change]) -> Result<Option<RawDocumentBuf>> {
    let update = render_update(schema, own, run.context.now)?;
    update.check_size(schema, filter)?;
    let moved = moved(schema, own);
    let mut changing = Changing::new(&run.db, &run.scope, schema, filter, &update);
    let changed = loop {
        let spec = UpdateSpec { return_new: true, ..UpdateSpec::default() };
        if let Some(changed) = changing.send_followed(None, &moved, spec).await? {
            break changed;
        }
        // Where it is there and takes the changes, it became so in between.
        if !changing.settle().await? {
            return Ok(None);
        }
    };
    run.wrote();
    Ok(Some(changed))
}
