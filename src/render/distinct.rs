//! The distinct values of a path, or of several, as a pipeline: a group can be of any size, where the server's own `distinct` ends at 16 MiB.

use super::{
    aggregate::check_path,
    group::{group_fields, group_id},
    matched::Matched,
};
use crate::{
    Result,
    query::{RawPath, place},
    schema::{Layout, Schema},
};
use bson::{Bson, Document, doc};

/// What a list's item is called once the list is taken apart.
const ITEM: &str = "item";

/// A pipeline that gives each value once, and where its groups hold it.
#[derive(Debug)]
pub(crate) struct RenderedDistinct {
    pub(crate) pipeline: Vec<Document>,
    /// The field for each path, in order: `_id` where there is one, and fields in it where there are several.
    pub(crate) fields: Vec<String>,
}

/// The stages that give each value at `paths` once, in the server's order. Lists on the way of one path are taken apart, and with `items` the
/// one at its end too; several paths lead through none.
///
/// # Errors
/// A path that cannot be asked for.
pub(crate) fn render_distinct(schema: &Schema, paths: &[RawPath], items: bool, matched: Matched) -> Result<RenderedDistinct> {
    let mut pipeline = matched.into_stages();
    let id = match paths {
        [path] => {
            check_path(schema, path)?;
            value_of(&mut pipeline, schema, path, items)
        }
        several => group_id(schema, several)?,
    };
    pipeline.push(doc! { "$group": { "_id": id } });
    pipeline.push(doc! { "$sort": { "_id": 1 } });
    Ok(RenderedDistinct { pipeline, fields: group_fields(paths) })
}

/// The value at one path as an expression, after stages that take lists apart.
fn value_of(stages: &mut Vec<Document>, schema: &Schema, path: &RawPath, items: bool) -> Bson {
    let (mut layout, mut prefix, mut path) = (Layout::from(schema), String::new(), path.clone());
    let mut is_below_list = false;
    while let Some((list, rest)) = outermost_list(layout, &path) {
        let found = place(layout, &list);
        take_apart(stages, found.read(&prefix, &list));
        stages.push(doc! { "$match": { ITEM: { "$type": "object" } } });
        (layout, prefix, path) = (found.layout, format!("{ITEM}."), rest);
        is_below_list = true;
    }
    let found = place(layout, &path);
    if is_below_list {
        // An item without what lies above the value has no value, as it has none in the list that a path through lists reads as.
        let above = found.levels.iter().filter(|level| level.default.is_none());
        stages.extend(above.map(|level| doc! { "$match": level.there(&prefix) }));
    }
    let mut value = found.read(&prefix, &path);
    if items && !is_below_list {
        take_apart(stages, value);
        value = Bson::String(format!("${ITEM}"));
    }
    value
}

/// One document for each item of a list.
fn take_apart(stages: &mut Vec<Document>, list: Bson) {
    stages.push(doc! { "$project": { "_id": 0, ITEM: list } });
    stages.push(doc! { "$unwind": format!("${ITEM}") });
}

/// The first list of composites on the way of a path, and what follows it.
fn outermost_list(layout: Layout, path: &RawPath) -> Option<(RawPath, RawPath)> {
    let (list, rest) = place(layout, path).list?;
    match outermost_list(layout, &list) {
        Some((outer, _)) => {
            let rest = path.split_off(outer.stored().len());
            Some((outer, rest))
        }
        None => Some((list, rest)),
    }
}
