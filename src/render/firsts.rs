//! Of documents that are alike at some paths the first one, as a pipeline.
//!
//! A group keeps the first document in the order that is asked for, with the id behind it so that there is one, and what is kept is put into
//! that order again: groups have none. How well a document answers a search is no field of it, so the group carries that along.

use super::{group::group_id, matched::Matched, number::as_long};
use crate::{Result, query::RawPath, schema::Schema};
use bson::{Bson, Document, doc};

/// The field of a group that holds its document.
const FIRST: &str = "first";
/// The field of a group that holds how well its document answers the search.
const SCORE: &str = "score";

/// What is read of these documents.
#[derive(Debug)]
pub(crate) struct Firsts {
    pub(crate) matched: Matched,
    /// The rendered order.
    pub(crate) sort: Option<Document>,
    pub(crate) skip: Option<u64>,
    pub(crate) limit: Option<i64>,
    pub(crate) projection: Option<Document>,
}

/// The stages that give the first document of each group of those that the model reads the same values of at `paths`.
///
/// # Errors
/// A path that cannot be asked for.
pub(crate) fn render_firsts(schema: &Schema, paths: &[RawPath], read: Firsts) -> Result<Vec<Document>> {
    let Firsts { matched, sort, skip, limit, projection } = read;
    let order = order_of_firsts(sort);
    let mut group = doc! { "_id": group_id(schema, paths)?, FIRST: { "$first": "$$ROOT" } };
    let mut again = Document::new();
    for (path, value) in &order {
        if matches!(value, Bson::Int32(_)) {
            again.insert(format!("{FIRST}.{path}"), value.clone());
        } else {
            // The best first, as in the order by relevance.
            group.insert(SCORE, doc! { "$first": value.clone() });
            again.insert(SCORE, -1);
        }
    }
    let mut stages = matched.into_stages();
    stages.push(doc! { "$sort": order });
    stages.push(doc! { "$group": group });
    stages.push(doc! { "$sort": again });
    stages.extend(skip.map(|skip| doc! { "$skip": as_long(skip) }));
    stages.extend(limit.map(|limit| doc! { "$limit": limit }));
    stages.push(doc! { "$replaceRoot": { "newRoot": format!("${FIRST}") } });
    stages.extend(projection.map(|projection| doc! { "$project": projection }));
    Ok(stages)
}

/// The rendered order in which no two documents stand at one place: by the id too, the way of the last criterion.
pub(crate) fn order_of_firsts(sort: Option<Document>) -> Document {
    let mut order = sort.unwrap_or_default();
    if !order.contains_key("_id") {
        let way = order.values().last().and_then(Bson::as_i32).unwrap_or(1);
        order.insert("_id", way);
    }
    order
}
