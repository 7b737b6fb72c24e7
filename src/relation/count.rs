//! Counting related documents: one aggregate of the related collection for each relation and level.
//!
//! Called by `load` for the nodes of `include_count`.

use super::{
    keys::{AT_ONCE, Keys, PARALLEL},
    link_key::{LinkKey, each_key},
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
use std::collections::HashSet;

/// How many related documents each parent has. `wanted` are the values of its `keys`.
pub(super) async fn count(
    db: &Db,
    scope: &Scope,
    node: &IncludeNode,
    keys: &Keys,
    wanted: Vec<Bson>,
    options: &ReadOptions,
) -> Result<Vec<u64>> {
    let pipelines = in_chunks(wanted).into_iter().map(|keys| render_include_count(node, keys)).collect::<Result<Vec<_>>>()?;
    let chunks: Vec<Vec<(usize, u64)>> =
        stream::iter(pipelines).map(|pipeline| rows(db, scope, node, keys, pipeline, options)).buffered(PARALLEL).try_collect().await?;
    // A key that is a list by mistake stands beside those that are not.
    let mut of_keys = vec![0; keys.len()];
    for (number, count) in chunks.into_iter().flatten() {
        if let Some(of_key) = of_keys.get_mut(number) {
            *of_key += count;
        }
    }
    let count_of = |own: &[usize]| {
        // An id that stands twice in a list is one link.
        let once: HashSet<usize> = own.iter().copied().collect();
        once.into_iter().filter_map(|number| of_keys.get(number)).sum::<u64>()
    };
    Ok(keys.of_parents().map(count_of).collect())
}

/// The numbers of the keys for which there are documents, each with how many.
async fn rows(
    db: &Db,
    scope: &Scope,
    node: &IncludeNode,
    keys: &Keys,
    pipeline: Vec<Document>,
    options: &ReadOptions,
) -> Result<Vec<(usize, u64)>> {
    let target = (node.relation.target)();
    let options = ReadOptions { batch_size: Some(AT_ONCE), ..options.clone() };
    let mut cursor = db.connection().aggregate(scope, target, pipeline, options).await?;
    let mut rows = Vec::new();
    while let Some(batch) = cursor.next_batch().await? {
        for row in batch.documents() {
            let row = row?;
            let mut read = || -> Result<(), DecodeError> {
                let count = Raw::document(row)?.get(COUNT)?.map(|raw| u64::decode(&raw)).transpose()?.unwrap_or(0);
                each_key(row, "_id", |key| rows.extend(keys.number(&LinkKey::of(key)).map(|number| (number, count))))
            };
            read().map_err(|error| Error::decode(target, &[], error))?;
        }
    }
    Ok(rows)
}
