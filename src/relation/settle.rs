//! What nested writes connect, looked up: inside of the transaction, so that it is there when that commits.

use super::{
    link_key::{LinkKey, link_keys},
    lock::lock_all,
    resolve::resolve_known,
    run::Run,
};
use crate::{
    Error, Result,
    codec::distinct_by,
    driver::{FindSpec, ReadOptions},
    query::{DraftCore, Expr, Found, Nested, RawPath, Test},
    render::{
        Connect, Given, Otherwise, connects, connects_of, ids_among, in_chunks, link_projection, place_found, place_found_of, plan_create,
        read_link, render_filter,
    },
    schema::{Fill, RelationSchema, Schema},
};
use bson::{Bson, Document};
use futures::future::{BoxFuture, FutureExt};
use std::collections::HashMap;

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

/// Keys that are read together: of one model and by one field.
struct Together {
    schema: &'static Schema,
    /// The stored field that is the key.
    path: RawPath,
    /// What links refer to, and the list that is measured.
    asked: (&'static str, Option<&'static str>),
    values: Vec<Bson>,
    found: HashMap<LinkKey, Found>,
}

/// The documents that these keys name and that match `also`, in order. Keys of one field are read together: one `find` for each model and
/// field, and one for each other key.
pub(super) async fn find_each(run: &Run, open: &[Connect], also: &Expr) -> Result<Vec<Option<Found>>> {
    let mut groups: Vec<Together> = Vec::new();
    let mut places = Vec::with_capacity(open.len());
    for connect in open {
        let Some((path, value)) = plain_key(connect) else {
            places.push(None);
            continue;
        };
        let (schema, asked) = (connect.schema, (connect.field, connect.list));
        let is_same = |group: &Together| std::ptr::eq(group.schema, schema) && group.path == *path && group.asked == asked;
        let at = groups.iter().position(is_same).unwrap_or_else(|| {
            groups.push(Together { schema, path: path.clone(), asked, values: Vec::new(), found: HashMap::new() });
            groups.len() - 1
        });
        let key = LinkKey::of_value(value);
        if let Some(group) = groups.get_mut(at) {
            group.values.push(value.clone());
        }
        places.push(Some((at, key)));
    }
    for group in &mut groups {
        let path = group.path.stored().to_owned();
        for values in in_chunks(distinct(std::mem::take(&mut group.values))) {
            let filter = if path == "_id" {
                ids_among(group.schema, values, also)?
            } else {
                let test = match <[Bson; 1]>::try_from(values) {
                    Ok([value]) => Test::Eq(value),
                    Err(values) => Test::In(values),
                };
                let keys = Expr::Test(group.path.clone(), test).and(also.clone());
                let keys = resolve_known(&run.db, &run.scope, keys, &ReadOptions::on_primary()).await?;
                render_filter(group.schema, &keys)?
            };
            let found = read(run, group.schema, filter, &path, group.asked).await?;
            // As the server compares: an id that others stored as Int32 is the same number.
            group.found.extend(found.into_iter().filter_map(|(key, found)| Some((key?, found))));
        }
    }
    let mut found = Vec::with_capacity(open.len());
    for (connect, place) in open.iter().zip(places) {
        found.push(match place {
            Some((at, key)) => groups.get(at).and_then(|group| group.found.get(&key)).cloned(),
            None => {
                let key = connect.key.clone().and(also.clone());
                let key = resolve_known(&run.db, &run.scope, key, &ReadOptions::on_primary()).await?;
                let filter = render_filter(connect.schema, &key)?;
                read(run, connect.schema, filter, "_id", (connect.field, connect.list)).await?.pop().map(|(_, found)| found)
            }
        });
    }
    Ok(found)
}

/// The field and value that a key is, where what is read of the field can be compared with the value.
fn plain_key(connect: &Connect) -> Option<(&RawPath, &Bson)> {
    let Expr::Test(path, Test::Eq(value)) = &connect.key else { return None };
    let field = connect.schema.fields.iter().find(|field| field.stored == path.stored())?;
    let is_scalar = !matches!(value, Bson::Null | Bson::Undefined | Bson::Array(_) | Bson::Document(_) | Bson::RegularExpression(_));
    // A field that reads as its default where it is missing would be found, and not be there.
    let is_there = !matches!(field.fill, Fill::Constant(_)) && !path.has_variants();
    (path.stored() == "_id" || (is_scalar && is_there)).then_some((path, value))
}

/// The id that a key is, and nothing else.
pub(super) fn as_id(key: &Expr) -> Option<&Bson> {
    if let Expr::And(_) = key { None } else { key.named_id() }
}

/// What links refer to the documents that match by, each with the key that it has at `path`.
async fn read(
    run: &Run,
    schema: &'static Schema,
    filter: Document,
    path: &str,
    (field, list): (&'static str, Option<&'static str>),
) -> Result<Vec<(Option<LinkKey>, Found)>> {
    let mut projection = link_projection(field, list);
    projection.insert(path, 1);
    let spec = FindSpec { projection: Some(projection), ..FindSpec::on_primary() };
    let mut cursor = run.db.connection().find(&run.scope, schema, filter, spec).await?;
    let mut found = Vec::new();
    while let Some(batch) = cursor.next_batch().await? {
        for document in batch.documents() {
            let document = document?;
            let keys = link_keys(document, path).map_err(|error| Error::decode(schema, document, error))?;
            found.push((keys.into_iter().next().map(|(key, _)| key), read_link(schema, document, field, list)?));
        }
    }
    Ok(found)
}

/// The ids of the documents that match `expr`.
pub(super) async fn find_ids(run: &Run, schema: &'static Schema, expr: Expr) -> Result<Vec<Bson>> {
    let expr = resolve_known(&run.db, &run.scope, expr, &ReadOptions::on_primary()).await?;
    let found = read(run, schema, render_filter(schema, &expr)?, "_id", ("_id", None)).await?;
    Ok(found.into_iter().map(|(_, found)| found.id).collect())
}

/// Each value once, in order; what the server takes for equal is one.
pub(super) fn distinct(ids: Vec<Bson>) -> Vec<Bson> {
    distinct_by(ids, |id| id)
}
