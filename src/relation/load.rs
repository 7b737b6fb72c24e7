//! Loading related documents: one read of the related collection for each relation and level.
//!
//! Relations that do not depend on each other are read at the same time. Keys are sent once each, in chunks where they are many; what comes
//! back is put in the order in which each parent has it. Outside a transaction the reads are several commands and no snapshot, and inside of
//! one they go one after the other on its session.

use super::{
    count::count,
    keys::{AT_ONCE, Keys, PARALLEL},
    link_key::{LinkKey, each_key, link_keys},
    resolve::{resolve, resolve_order},
};
use crate::{
    DocumentId, Error, Result,
    codec::Raw,
    db::Db,
    driver::{FindSpec, ReadOptions, Scope},
    model::Model,
    query::{Attach, Expr, Fetched, IncludeNode, RawDocuments, SortKey},
    render::{IncludeFind, IncludeQuery, cut_by_server, in_chunks, key_fields, render_include},
    schema::Link,
};
use bson::Bson;
use futures::{
    StreamExt, TryStreamExt,
    future::{BoxFuture, FutureExt, try_join_all},
    stream,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// The untyped halves of some includes.
pub(crate) fn nodes<M: Model>(includes: &[Arc<dyn Attach<M>>]) -> Result<Vec<IncludeNode>> {
    includes.iter().map(|include| include.node()).collect()
}

/// Loads what `nodes` ask for, for these parents, and what is nested in them. `options` are what [`of_related`] leaves of those of the read.
pub(crate) fn load<'a>(
    db: &'a Db,
    scope: &'a Scope,
    nodes: &'a [IncludeNode],
    parents: &'a [&'a [u8]],
    options: &'a ReadOptions,
) -> BoxFuture<'a, Result<Vec<Fetched>>> {
    try_join_all(nodes.iter().map(|node| load_one(db, scope, node, parents, options))).boxed()
}

/// What of the options of a read is true of the reads of related documents too: neither its index nor its collation.
pub(crate) fn of_related(options: &ReadOptions) -> ReadOptions {
    ReadOptions {
        comment: options.comment.clone(),
        max_time: options.max_time,
        read_preference: options.read_preference.clone(),
        read_concern: options.read_concern.clone(),
        ..ReadOptions::default()
    }
}

async fn load_one(db: &Db, scope: &Scope, node: &IncludeNode, parents: &[&[u8]], options: &ReadOptions) -> Result<Fetched> {
    let (here, there) = key_fields(node.owner, node.relation)?;
    let (keys, wanted) = Keys::of(here, parents);
    let resolved;
    let asks = node.filter.has_related() || node.sort.iter().any(SortKey::is_related);
    let node = if asks && !wanted.is_empty() {
        let filter = resolve(db, scope, node.filter.clone(), options).await?;
        let sort = resolve_order(db, scope, node.sort.clone(), options).await?;
        resolved = IncludeNode { filter, sort, ..node.clone() };
        &resolved
    } else {
        node
    };
    if node.counts {
        return Ok(Fetched { counts: count(db, scope, node, &keys, wanted, options).await?, ..Fetched::default() });
    }
    let documents = fetch(db, scope, node, wanted, options).await?;
    let of_parent = assign(node, there, &documents, &keys)?;
    let dangling = dangling(node, here, parents, &of_parent);
    let children = if node.children.is_empty() || documents.is_empty() {
        node.children.iter().map(|_| Fetched::default()).collect()
    } else {
        let slices: Vec<&[u8]> = documents.iter().collect();
        load(db, scope, &node.children, &slices, options).await?
    };
    Ok(Fetched { documents, of_parent, dangling, children, ..Fetched::default() })
}

/// The parents of which the required document was not found, each with its `_id` and the key that leads nowhere.
fn dangling(node: &IncludeNode, here: &str, parents: &[&[u8]], of_parent: &[Vec<usize>]) -> HashMap<usize, Box<[DocumentId; 2]>> {
    let mut found = HashMap::new();
    if !node.relation.required || node.filter != Expr::All {
        return found;
    }
    for (at, document) in parents.iter().enumerate().filter(|(at, _)| of_parent.get(*at).is_none_or(Vec::is_empty)) {
        let first = |stored: &str| {
            let keys = link_keys(document, stored).unwrap_or_default();
            keys.into_iter().next().map(|(_, key)| DocumentId::of(&key))
        };
        if let (Some(id), Some(key)) = (first("_id"), first(here)) {
            found.insert(at, Box::new([id, key]));
        }
    }
    found
}

/// The related documents of these keys, each once.
async fn fetch(db: &Db, scope: &Scope, node: &IncludeNode, keys: Vec<Bson>, options: &ReadOptions) -> Result<RawDocuments> {
    if keys.is_empty() {
        return Ok(RawDocuments::default());
    }
    // A document that is found by one of several keys has its place among all of them only where they are asked for together.
    let one_read = !node.sort.is_empty() && matches!(node.relation.link, Link::Lists { .. });
    let chunks = if one_read { vec![keys] } else { in_chunks(keys) };
    let queries = chunks.into_iter().map(|keys| render_include(node, keys)).collect::<Result<Vec<_>>>()?;
    let several = queries.len() > 1;
    let chunks: Vec<RawDocuments> =
        stream::iter(queries).map(|query| read(db, scope, node, query, options)).buffered(PARALLEL).try_collect().await?;
    let mut documents = RawDocuments::default();
    chunks.into_iter().for_each(|chunk| documents.append(chunk));
    if several {
        let mut ids = HashSet::new();
        documents.retain(|document| {
            let mut is_new = true;
            // What has no id that can be read is told by who decodes it.
            let _ = each_key(document, "_id", |id| is_new = ids.insert(LinkKey::of(id)));
            is_new
        });
    }
    Ok(documents)
}

async fn read(db: &Db, scope: &Scope, node: &IncludeNode, query: IncludeQuery, options: &ReadOptions) -> Result<RawDocuments> {
    let target = (node.relation.target)();
    let options = ReadOptions { batch_size: Some(AT_ONCE), ..options.clone() };
    let mut cursor = match query {
        IncludeQuery::Find(find) => {
            let IncludeFind { filter, sort, projection } = *find;
            let spec = FindSpec { sort, projection, options, ..FindSpec::default() };
            db.connection().find(scope, target, filter, spec).await?
        }
        IncludeQuery::Pipeline(stages) => db.connection().aggregate(scope, target, stages, options).await?,
    };
    let mut documents = RawDocuments::default();
    while let Some(batch) = cursor.next_batch().await? {
        documents.take(batch.documents())?;
    }
    Ok(documents)
}

/// For each parent the positions of its related documents: in the order asked for, else in that of its keys.
fn assign(node: &IncludeNode, there: &str, documents: &RawDocuments, keys: &Keys) -> Result<Vec<Vec<usize>>> {
    let target = (node.relation.target)();
    // The number of a key, and the position of a document that has it.
    let mut links: Vec<(usize, usize)> = Vec::with_capacity(documents.len());
    // They come by key where an index found them: most have the key of the one before.
    let mut before: Option<(Raw<'_>, Option<usize>)> = None;
    for (position, document) in documents.iter().enumerate() {
        let found = each_key(document, there, |raw| {
            let number = match before {
                Some((key, number)) if key.tag() == raw.tag() && key.bytes() == raw.bytes() => number,
                _ => keys.number(&LinkKey::of(raw)),
            };
            before = Some((raw, number));
            links.extend(number.map(|number| (number, position)));
        });
        found.map_err(|error| Error::decode(target, document, error))?;
    }
    // By key, and then still by position. A list may hold a key twice.
    links.sort_by_key(|(number, _)| *number);
    links.dedup();
    let mut of_keys: Vec<&[(usize, usize)]> = vec![&[]; keys.len()];
    for of_key in links.chunk_by(|(one, _), (other, _)| one == other) {
        if let Some((number, _)) = of_key.first()
            && let Some(place) = of_keys.get_mut(*number)
        {
            *place = of_key;
        }
    }
    Ok(keys.of_parents().map(|own| positions(node, &of_keys, own)).collect())
}

/// The positions for a parent with keys of these numbers.
fn positions(node: &IncludeNode, of_keys: &[&[(usize, usize)]], keys: &[usize]) -> Vec<usize> {
    let links = keys.iter().filter_map(|number| of_keys.get(*number)).copied().flatten();
    let mut found: Vec<usize> = links.map(|(_, position)| *position).collect();
    if !node.sort.is_empty() {
        found.sort_unstable();
    }
    // An id that stands twice in a list is one link.
    if keys.len() > 1 {
        let mut seen = HashSet::with_capacity(found.len());
        found.retain(|position| seen.insert(*position));
    }
    if !cut_by_server(node) {
        let skip = usize::try_from(node.skip).unwrap_or(usize::MAX);
        let take = node.take.map_or(usize::MAX, |take| usize::try_from(take).unwrap_or(usize::MAX));
        found = found.into_iter().skip(skip).take(take).collect();
    }
    found
}
