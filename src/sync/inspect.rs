//! What is on the server: the collections of the models, and their indexes.
//!
//! Read for `plan` by `action/sync.rs`: one `listCollections`, and one `listIndexes` for each collection that is there; and one `find` of one
//! document where a time to live is declared.

use super::{plan::Existing, step::name_of};
use crate::{
    driver::{Connection, FindSpec, ReadOptions, Scope},
    error::{Error, Result},
    schema::Schema,
};
use bson::{Document, doc};
use std::collections::HashMap;

/// The collections of these models that are there, by name, but for those that are managed elsewhere.
///
/// # Errors
/// [`Error::Schema`] where a model's collection is a view, and what the connection reports.
pub(crate) async fn inspect(
    connection: &Connection,
    scope: &Scope,
    schemas: &[&'static Schema],
) -> Result<HashMap<&'static str, Existing>> {
    let listed = connection.list_collections(scope).await?;
    let mut existing = HashMap::new();
    let mut faults = Vec::new();
    for schema in schemas.iter().copied().filter(|schema| schema.sync) {
        let Some(collection) = listed.iter().find(|collection| collection.name == schema.collection) else { continue };
        if collection.kind == "view" {
            faults.push(format!("`{}` is stored in `{}`, which is a view: a view has no indexes", schema.model, schema.collection));
            continue;
        }
        let options = collection.options.clone();
        let collation = options.get_document("collation").ok().cloned();
        // Of a time series the server says of no index whether it is built.
        let listed: Vec<(Document, bool)> = if collection.kind == "timeseries" {
            connection.list_indexes(scope, schema).await?.into_iter().map(|index| (index, true)).collect()
        } else {
            connection.index_states(scope, schema).await?
        };
        let unfinished = listed.iter().filter(|(_, is_built)| !is_built).map(|(index, _)| name_of(index).to_owned()).collect();
        let indexes = listed.into_iter().map(|(index, _)| index).collect();
        let is_empty = expires(schema) && is_empty(connection, scope, schema).await?;
        existing.insert(schema.collection, Existing { collation, options, indexes, unfinished, is_empty });
    }
    if faults.is_empty() { Ok(existing) } else { Err(Error::Schema(faults)) }
}

/// Whether a time to live is declared.
fn expires(schema: &Schema) -> bool {
    let of_series = schema.storage.time_series().is_some_and(|series| series.expire_after.is_some());
    of_series || schema.indexes.iter().any(|index| index.options.expire_after.is_some())
}

/// On the primary: elsewhere the first documents may be missing yet.
async fn is_empty(connection: &Connection, scope: &Scope, schema: &'static Schema) -> Result<bool> {
    let options = ReadOptions::on_primary();
    let spec = FindSpec { projection: Some(doc! { "_id": 1 }), options, ..FindSpec::default() };
    let first = connection.find_one(scope, schema, Document::new(), spec).await;
    Ok(first.map_err(|error| error.lacking("find", schema.collection))?.is_none())
}
