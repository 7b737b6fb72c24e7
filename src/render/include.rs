//! An include as one read of the related collection for each level.

use super::{filter::render_filter, number::as_long, sort::render_sort};
use crate::{
    Error, Result,
    query::IncludeNode,
    schema::{Link, Schema},
};
use bson::{Bson, Document, doc};

/// The field that a pipeline numbers documents in; gone again before they are sent.
const NUMBER: &str = "__chakra_n";

/// How the related documents of one level are read.
#[derive(Debug)]
pub(crate) enum IncludeQuery {
    /// By a find.
    Find { filter: Document, sort: Option<Document> },
    /// By a pipeline, where each parent takes only some of them.
    Pipeline(Vec<Document>),
}

/// The stored field of the related model whose values are the parents' keys, and the one of the parents that holds them.
///
/// # Errors
/// Where the relation names a field that is not there, which `connect` says of registered models.
pub(crate) fn key_fields(node: &IncludeNode) -> Result<(&'static str, &'static str)> {
    let target = (node.relation.target)();
    let stored = |schema: &'static Schema, name: &str| match schema.field(name) {
        Some(field) => Ok(field.stored),
        None => {
            Err(Error::Schema(vec![format!("`{}::{}`: `{}` has no field `{name}`", node.owner.model, node.relation.name, schema.model)]))
        }
    };
    Ok(match node.relation.link {
        Link::Here(key) => (stored(node.owner, key)?, "_id"),
        Link::There(key) => ("_id", stored(target, key)?),
        Link::Lists { ids: Some(ids), .. } => (stored(node.owner, ids)?, "_id"),
        Link::Lists { ids: None, inverse } => ("_id", stored(target, inverse.unwrap_or_default())?),
    })
}

/// Whether `skip` and `take` are the server's to do: where each related document has one parent, by its key.
pub(crate) fn cut_by_server(node: &IncludeNode) -> bool {
    matches!(node.relation.link, Link::There(_)) && (node.take.is_some() || node.skip > 0)
}

/// The read of the related documents whose key is one of `keys`.
///
/// # Errors
/// What the filter or the order of the include cannot be rendered for.
pub(crate) fn render_include(node: &IncludeNode, keys: Vec<Bson>) -> Result<IncludeQuery> {
    let target = (node.relation.target)();
    let (_, key) = key_fields(node)?;
    let own = render_filter(target, &node.filter)?;
    let sort = render_sort(target, &node.sort, &own)?;
    let keyed = doc! { key: { "$in": keys } };
    let filter = match own {
        own if own.is_empty() => keyed,
        own if own.contains_key(key) => doc! { "$and": [keyed, own] },
        own => keyed.into_iter().chain(own).collect(),
    };
    if !cut_by_server(node) {
        return Ok(IncludeQuery::Find { filter, sort });
    }
    // Numbers the documents of each parent; unlike `$push` and `$topN`, no reply or group can grow beyond 16 MiB.
    let mut numbered = doc! { NUMBER: { "$gt": as_long(node.skip) } };
    if let Some(take) = node.take {
        let last = as_long(node.skip.saturating_add(take));
        numbered = doc! { NUMBER: { "$gt": as_long(node.skip), "$lte": last } };
    }
    Ok(IncludeQuery::Pipeline(vec![
        doc! { "$match": filter },
        doc! { "$setWindowFields": {
            "partitionBy": format!("${key}"),
            "sortBy": sort.clone().unwrap_or_else(|| doc! { "_id": 1 }),
            // `$documentNumber` takes an order by one path only.
            "output": { NUMBER: { "$sum": 1, "window": { "documents": ["unbounded", "current"] } } },
        } },
        doc! { "$match": numbered },
        doc! { "$sort": sort.unwrap_or_else(|| doc! { "_id": 1 }) },
        doc! { "$unset": NUMBER },
    ]))
}
