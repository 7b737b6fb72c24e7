//! Stages as the pipeline that is sent.

use super::{aggregate::check_path, filter::render_filter, matching::nothing, projection::render_projection, sort::render_sort};
use crate::{
    Result,
    query::{Level, Place, RawPath, Stage, place},
    schema::{Layout, Schema},
};
use bson::{Bson, Document, doc};

/// The stages of a pipeline that starts from documents of this model.
///
/// # Errors
/// A filter or an order that cannot be rendered, or a path that cannot be asked for.
pub(crate) fn render_stages(schema: &Schema, stages: &[Stage]) -> Result<Vec<Document>> {
    let mut pipeline = Vec::new();
    // The first match, where alone the server takes a search.
    let mut searched = Document::new();
    for (at, stage) in stages.iter().enumerate() {
        match stage {
            Stage::Match(filter) => {
                let filter = render_filter(schema, filter)?;
                if at == 0 {
                    searched = filter.clone();
                }
                if !filter.is_empty() {
                    pipeline.push(doc! { "$match": filter });
                }
            }
            Stage::Sort(keys) => pipeline.extend(render_sort(schema, keys, &searched)?.map(|sort| doc! { "$sort": sort })),
            Stage::Skip(n) => pipeline.push(doc! { "$skip": number(*n) }),
            // The server takes a limit of 0 for a mistake.
            Stage::Take(0) | Stage::Sample(0) => pipeline.push(doc! { "$match": nothing() }),
            Stage::Take(n) => pipeline.push(doc! { "$limit": number(*n) }),
            Stage::Sample(n) => pipeline.push(doc! { "$sample": { "size": number(*n) } }),
            Stage::Unwind(path) => pipeline.extend(unwind(schema, path)?),
            Stage::UnionWith(other, filter) => {
                let filter = render_filter(other, filter)?;
                let inner = if filter.is_empty() { Vec::new() } else { vec![doc! { "$match": filter }] };
                pipeline.push(doc! { "$unionWith": { "coll": other.collection, "pipeline": inner } });
            }
            Stage::Fields(fields) => pipeline.push(doc! { "$project": render_projection(fields) }),
            Stage::Count => pipeline.push(doc! { "$count": "n" }),
            Stage::Raw(stage) => pipeline.push(stage.clone()),
        }
    }
    Ok(pipeline)
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// One document for each item. The server makes none of a list that is null or missing, which is right where it reads as empty; where it
/// reads as more, or where another variant has a field of that name, what the model reads is put there first.
fn unwind(schema: &Schema, path: &RawPath) -> Result<Vec<Document>> {
    check_path(schema, path)?;
    let stored = path.stored();
    let place = place(Layout::from(schema), path);
    let mut stages = Vec::new();
    if reads_as_other(&place) {
        stages.push(doc! { "$set": { stored: place.read("", path) } });
    }
    stages.push(doc! { "$unwind": format!("${stored}") });
    Ok(stages)
}

/// Whether the list may read as another one than is stored.
fn reads_as_other(place: &Place) -> bool {
    let has_items = |value: &Bson| value.as_array().is_some_and(|items| !items.is_empty());
    let above = |level: &Level| level.is_strict() || has_items(&level.absent);
    place.default().is_some_and(has_items) || place.levels.iter().any(above)
}
