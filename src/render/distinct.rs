//! The distinct values of a path as a pipeline: a group can be of any size, where the server's own `distinct` ends at 16 MiB.

use crate::{
    query::{RawPath, place},
    schema::{Layout, Schema},
};
use bson::{Bson, Document, doc};

/// What a list's item is called once the list is taken apart.
const ITEM: &str = "item";

/// The stages that give each value at `path` once, as the `_id` of a document, in the server's order. Lists on the way are taken apart, and
/// with `items` the one at the end too.
pub(crate) fn render_distinct(schema: &Schema, path: &RawPath, items: bool, filter: Document) -> Vec<Document> {
    let mut stages = Vec::new();
    if !filter.is_empty() {
        stages.push(doc! { "$match": filter });
    }
    let (mut layout, mut prefix, mut path) = (Layout::from(schema), String::new(), path.clone());
    let mut is_below_list = false;
    while let Some((list, rest)) = outermost_list(layout, &path) {
        let found = place(layout, &list);
        take_apart(&mut stages, found.read(&prefix, &list));
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
        take_apart(&mut stages, value);
        value = Bson::String(format!("${ITEM}"));
    }
    stages.push(doc! { "$group": { "_id": value } });
    stages.push(doc! { "$sort": { "_id": 1 } });
    stages
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
