//! What nested writes connect, settled before they are planned: looked up inside of the transaction, so that it is there when that commits,
//! and what several connect and nobody has created yet is created.

use super::{
    lock::lock_all,
    look_up::find_each,
    missing::{SortedOut, sort_out},
    run::Run,
};
use crate::{
    Error, Result,
    codec::distinct_by,
    query::{DraftCore, Expr, Nested},
    render::{Connect, Given, Otherwise, Settled, connects, connects_of, place_settled, place_settled_of, plan_create, read_link},
    schema::RelationSchema,
};
use bson::Bson;
use futures::future::{BoxFuture, FutureExt};

/// Looks up what these drafts connect, level by level, and puts it in its place.
pub(super) fn settle<'a>(run: &'a mut Run, drafts: &'a mut [DraftCore]) -> BoxFuture<'a, Result<()>> {
    async move {
        loop {
            let open = connects(drafts);
            if open.is_empty() {
                return Ok(());
            }
            let settled = settle_level(run, &open).await?;
            drop(open);
            place_settled(drafts, &mut settled.into_iter());
        }
    }
    .boxed()
}

/// The same for what an update links: what is to be created, and what was found.
pub(super) async fn settle_links(run: &mut Run, relation: &'static RelationSchema, nested: &Nested) -> Result<Nested> {
    let mut nested = nested.clone();
    loop {
        let open = connects_of(relation, &nested);
        if open.is_empty() {
            break;
        }
        let settled = settle_level(run, &open).await?;
        drop(open);
        place_settled_of(&mut nested, &mut settled.into_iter());
    }
    Ok(nested)
}

/// Creates drafts and everything nested in them now; gives their documents.
pub(super) async fn create_now(run: &mut Run, mut drafts: Vec<DraftCore>) -> Result<Vec<Vec<u8>>> {
    settle(run, &mut drafts).await?;
    let plan = plan_create(drafts, &Given::Nothing, &mut run.context)?;
    run.carry_out(&plan).await?;
    Ok(plan.roots)
}

/// What becomes of what is connected, in order. One `find` for keys that can be read together, and one creation of all that is created before its
/// parents.
///
/// # Errors
/// [`Error::NotFound`] for one that has to be there, and that of [`sort_out`].
async fn settle_level(run: &mut Run, open: &[Connect<'_>]) -> Result<Vec<Settled>> {
    let is_locked = |connect: &&Connect<'_>| connect.is_untouched;
    // Before the look-up, so that what is found stays; a document of which the id is not known yet right after it, which is as good in a
    // snapshot: a deletion that was faster has written the lock too.
    let named = open.iter().filter(is_locked).filter_map(|connect| Some((connect.schema, vec![as_id(&connect.key)?.clone()])));
    lock_all(&run.db, &run.scope, named.collect()).await?;
    let found = find_each(run, open, &Expr::All).await?;
    let others = open.iter().zip(&found).filter(|(connect, _)| connect.is_untouched && as_id(&connect.key).is_none());
    let others = others.filter_map(|(connect, found)| Some((connect.schema, vec![found.as_ref()?.id.clone()])));
    lock_all(&run.db, &run.scope, others.collect()).await?;
    for (connect, found) in open.iter().zip(&found) {
        if found.is_none() && matches!(connect.otherwise, Otherwise::NotFound) {
            return Err(Error::not_found_by(connect.schema, &connect.key));
        }
    }
    let SortedOut { mut settled, before } = sort_out(open, found)?;
    if !before.is_empty() {
        let drafts = before.iter().map(|(draft, _)| (*draft).clone()).collect();
        let created = create_now(run, drafts).await?;
        for ((_, places), document) in before.iter().zip(&created) {
            for at in places {
                if let (Some(connect), Some(place)) = (open.get(*at), settled.get_mut(*at)) {
                    *place = Settled::Found(read_link(connect.schema, document, connect.field, connect.list)?);
                }
            }
        }
    }
    Ok(settled)
}

/// The id that a key is, and nothing else.
pub(super) fn as_id(key: &Expr) -> Option<&Bson> {
    if let Expr::And(_) = key { None } else { key.named_id() }
}

/// Each value once, in order; what the server takes for equal is one.
pub(super) fn distinct(ids: Vec<Bson>) -> Vec<Bson> {
    distinct_by(ids, |id| id)
}
