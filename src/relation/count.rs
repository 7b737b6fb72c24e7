//! Counting related documents: one aggregate of the related collection for each relation and level.
//!
//! Called by `load` for the nodes of `include_count`.

use super::{
    link_key::{LinkKey, each_key},
    load::{AT_ONCE, PARALLEL},
};
use crate::{
    Error, Result,
    codec::{Decode, DecodeError, Raw},
    db::Db,
    driver::{ReadOptions, Scope},
    query::IncludeNode,
    render::{COUNT, in_chunks, render_include_count},
};
use bson::{Bson, Document};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::{HashMap, HashSet};

/// How many related documents each parent has. `wanted` are the keys of all, each once, and `of_parents` those of each.
pub(super) async fn count(
    db: &Db,
    scope: &Scope,
    node: &IncludeNode,
    wanted: Vec<Bson>,
    of_parents: &[Vec<LinkKey>],
    options: &ReadOptions,
) -> Result<Vec<u64>> {
    let pipelines = in_chunks(wanted).into_iter().map(|keys| render_include_count(node, keys)).collect::<Result<Vec<_>>>()?;
    let chunks: Vec<Vec<(LinkKey, u64)>> =
        stream::iter(pipelines).map(|pipeline| rows(db, scope, node, pipeline, options)).buffered(PARALLEL).try_collect().await?;
    // A key that is a list by mistake stands beside those that are not.
    let mut by_key: HashMap<LinkKey, u64> = HashMap::new();
    for (key, count) in chunks.into_iter().flatten() {
        *by_key.entry(key).or_default() += count;
    }
    let count_of = |keys: &Vec<LinkKey>| {
        // An id that stands twice in a list is one link.
        let once: HashSet<&LinkKey> = keys.iter().collect();
        once.into_iter().filter_map(|key| by_key.get(key)).sum::<u64>()
    };
    Ok(of_parents.iter().map(count_of).collect())
}

/// The keys for which there are documents, each with their number.
async fn rows(db: &Db, scope: &Scope, node: &IncludeNode, pipeline: Vec<Document>, options: &ReadOptions) -> Result<Vec<(LinkKey, u64)>> {
    let target = (node.relation.target)();
    let options = ReadOptions { batch_size: Some(AT_ONCE), ..options.clone() };
    let mut cursor = db.connection().aggregate(scope, target, pipeline, options).await?;
    let mut rows = Vec::new();
    while let Some(batch) = cursor.next_batch().await? {
        for row in batch.documents() {
            let row = row?;
            let mut read = || -> Result<(), DecodeError> {
                let count = Raw::document(row)?.get(COUNT)?.map(|raw| u64::decode(&raw)).transpose()?.unwrap_or(0);
                each_key(row, "_id", |key| rows.push((key, count)))
            };
            read().map_err(|error| Error::decode(target, &[], error))?;
        }
    }
    Ok(rows)
}
