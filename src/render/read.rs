//! A read of documents as a pipeline, where a find cannot say it.

use super::{matched::Matched, number::as_long, order::RenderedOrder};
use bson::{Document, doc};

/// The stages that give the documents that match, in this order.
pub(crate) fn render_read(
    matched: Matched,
    order: RenderedOrder,
    skip: Option<u64>,
    limit: Option<i64>,
    projection: Option<Document>,
) -> Vec<Document> {
    let mut stages = matched.into_stages();
    stages.extend(order.lookups);
    stages.extend(order.sort.map(|sort| doc! { "$sort": sort }));
    stages.extend(skip.map(|skip| doc! { "$skip": as_long(skip) }));
    stages.extend(limit.map(|limit| doc! { "$limit": limit }));
    match projection {
        Some(projection) => stages.push(doc! { "$project": projection }),
        None if order.fields.is_empty() => {}
        None => stages.push(doc! { "$unset": order.fields }),
    }
    stages
}
