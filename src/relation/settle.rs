//! What nested writes connect, looked up: inside of the transaction, so that it is there when that commits.

use super::{lock::lock_all, resolve::resolve_known, run::Run};
use crate::{
    Error, Result,
    driver::FindSpec,
    query::{DraftCore, Expr, Found, Nested},
    render::{
        Connect, Given, Otherwise, connects, connects_of, ids_among, link_projection, place_found, place_found_of, plan_create, read_link,
        render_filter,
    },
    schema::{RelationSchema, Schema},
};
use bson::{Bson, Document};
use futures::future::{BoxFuture, FutureExt};

/// Looks up what these drafts connect, level by level, and puts it in its place.
pub(super) fn settle<'a>(run: &'a mut Run, drafts: &'a mut [DraftCore]) -> BoxFuture<'a, Result<()>> {
    async move {
        loop {
            let open = connects(drafts);
            if open.is_empty() {
                return Ok(());
            }
            let found = find(run, &open).await?;
            place_found(drafts, &mut found.into_iter());
        }
    }
    .boxed()
}

/// The same for what an update links: what is to be created, and what was found.
pub(super) async fn settle_links(run: &mut Run, relation: &'static RelationSchema, nested: &Nested) -> Result<Nested> {
    let mut nested = nested.clone();
    let open = connects_of(relation, &nested);
    let found = find(run, &open).await?;
    place_found_of(&mut nested, &mut found.into_iter());
    settle(run, &mut nested.create).await?;
    Ok(nested)
}

/// Creates drafts and everything nested in them now; gives their documents.
pub(super) async fn create_now(run: &mut Run, mut drafts: Vec<DraftCore>) -> Result<Vec<Vec<u8>>> {
    settle(run, &mut drafts).await?;
    let plan = plan_create(drafts, &Given::Nothing, &mut run.context)?;
    run.carry_out(&plan).await?;
    Ok(plan.roots)
}

/// What links refer to these documents by, in order; nothing for one that is to be created along with its parent.
///
/// # Errors
/// [`Error::NotFound`] for one that has to be there.
async fn find(run: &mut Run, open: &[Connect]) -> Result<Vec<Option<Found>>> {
    let is_locked = |connect: &&Connect| connect.is_untouched;
    // Before the look-up, so that what is found stays; a document of which the id is not known yet right after it, which is as good in a
    // snapshot: a deletion that was faster has written the lock too.
    let named = open.iter().filter(is_locked).filter_map(|connect| Some((connect.schema, vec![as_id(&connect.key)?.clone()])));
    lock_all(&run.db, &run.scope, named.collect()).await?;
    let mut found = find_each(run, open, &Expr::All).await?;
    let others = open.iter().zip(&found).filter(|(connect, _)| connect.is_untouched && as_id(&connect.key).is_none());
    let others = others.filter_map(|(connect, found)| Some((connect.schema, vec![found.as_ref()?.id.clone()])));
    lock_all(&run.db, &run.scope, others.collect()).await?;
    for (connect, found) in open.iter().zip(&found) {
        if found.is_none() && matches!(connect.otherwise, Otherwise::NotFound) {
            return Err(Error::not_found_by(connect.schema, &connect.key));
        }
    }
    // A document that several connect, and that is not there, is created once, before all of them.
    let is_same = |a: &Connect, b: &Connect| std::ptr::eq(a.schema, b.schema) && a.key == b.key;
    for at in 0..open.len() {
        let (Some(connect), Some(None)) = (open.get(at), found.get(at)) else { continue };
        let Otherwise::CreatedOnce(draft) = &connect.otherwise else { continue };
        if open.iter().filter(|other| is_same(connect, other)).count() < 2 {
            continue;
        }
        let created = create_now(run, vec![draft.as_ref().clone()]).await?;
        let document = created.first().map_or(&[][..], Vec::as_slice);
        for (other, found) in open.iter().zip(&mut found).filter(|(other, _)| is_same(connect, other)) {
            *found = Some(read_link(other.schema, document, other.field, other.list)?);
        }
    }
    Ok(found)
}

/// The documents that these keys name and that match `also`, in order. Ids that are keys are read together: one `find` for each model and one
/// for each other key.
pub(super) async fn find_each(run: &Run, open: &[Connect], also: &Expr) -> Result<Vec<Option<Found>>> {
    type Group = (&'static Schema, Option<&'static str>, Vec<Bson>);
    let mut groups: Vec<Group> = Vec::new();
    for connect in open {
        if let Some(id) = connected_id(connect) {
            match groups.iter_mut().find(|(schema, list, _)| std::ptr::eq(*schema, connect.schema) && *list == connect.list) {
                Some((_, _, ids)) => ids.push(id.clone()),
                None => groups.push((connect.schema, connect.list, vec![id.clone()])),
            }
        }
    }
    let mut known: Vec<(&'static Schema, Option<&'static str>, Vec<Found>)> = Vec::new();
    for (schema, list, ids) in groups {
        known.push((schema, list, read(run, schema, ids_among(schema, ids, also)?, ("_id", list)).await?));
    }
    let mut found = Vec::with_capacity(open.len());
    for connect in open {
        let (schema, list) = (connect.schema, connect.list);
        found.push(match connected_id(connect) {
            // As the server compares: an id that others stored as Int32 is the same number.
            Some(id) => known
                .iter()
                .filter(|(other, other_list, _)| std::ptr::eq(*other, schema) && *other_list == list)
                .flat_map(|(_, _, found)| found)
                .find(|found| same(&found.id, id))
                .cloned(),
            None => {
                let key = connect.key.clone().and(also.clone());
                let key = resolve_known(&run.db, &run.scope, key, &FindSpec::on_primary().options).await?;
                read(run, schema, render_filter(schema, &key)?, (connect.field, list)).await?.pop()
            }
        });
    }
    Ok(found)
}

/// Whether the server takes both for the same value.
fn same(a: &Bson, b: &Bson) -> bool {
    let whole = |value: &Bson| value.as_i64().or_else(|| value.as_i32().map(i64::from));
    a == b || whole(a).is_some_and(|a| whole(b) == Some(a))
}

/// The id that names a document, where links refer to it by its id.
fn connected_id(connect: &Connect) -> Option<&Bson> {
    as_id(&connect.key).filter(|_| connect.field == "_id")
}

/// The id that a key is, and nothing else.
pub(super) fn as_id(key: &Expr) -> Option<&Bson> {
    if let Expr::And(_) = key { None } else { key.named_id() }
}

/// What links refer to the documents that match by.
async fn read(
    run: &Run,
    schema: &'static Schema,
    filter: Document,
    (field, list): (&'static str, Option<&'static str>),
) -> Result<Vec<Found>> {
    let spec = FindSpec { projection: Some(link_projection(field, list)), ..FindSpec::on_primary() };
    let mut cursor = run.db.connection().find(&run.scope, schema, filter, spec).await?;
    let mut found = Vec::new();
    while let Some(batch) = cursor.next_batch().await? {
        for document in batch.documents() {
            found.push(read_link(schema, document?, field, list)?);
        }
    }
    Ok(found)
}

/// The ids of the documents that match `expr`.
pub(super) async fn find_ids(run: &Run, schema: &'static Schema, expr: Expr) -> Result<Vec<Bson>> {
    let expr = resolve_known(&run.db, &run.scope, expr, &FindSpec::on_primary().options).await?;
    let found = read(run, schema, render_filter(schema, &expr)?, ("_id", None)).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
}
