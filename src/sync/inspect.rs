//! What is on the server: the collections of the models, and their indexes.
//!
//! Read for `plan` by `action/sync.rs`: one `listCollections`, and one `listIndexes` for each collection that is there.

use super::plan::Existing;
use crate::{
    driver::{Connection, Scope},
    error::{Error, Result},
    schema::Schema,
};
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
        let collation = collection.options.get_document("collation").ok().cloned();
        let indexes = connection.list_indexes(scope, schema).await?;
        existing.insert(schema.collection, Existing { collation, indexes });
    }
    if faults.is_empty() { Ok(existing) } else { Err(Error::Schema(faults)) }
}
