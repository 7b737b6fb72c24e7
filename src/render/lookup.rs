//! A relation as a stage that adds the related documents to each.

use super::{
    include::key_fields,
    matched::render_matched,
    matching::nothing,
    number::as_long,
    reshape::{Source, insert},
    sort::render_sort,
};
use crate::{
    Error, Result,
    query::{IncludeNode, Lookup, Place, RawPath, place},
    schema::{Layout, Schema, reads_as},
};
use bson::{Bson, Document, doc};

/// The stages that add the related documents, of which `of` is read.
///
/// # Errors
/// A relation whose key these documents do not hold, a filter or an order that cannot be rendered, and a field that stays open.
pub(super) fn render_lookup(
    source: &Source<'_>,
    to: &RawPath,
    lookup: &Lookup,
    of: &'static Schema,
    many: bool,
    into: &'static Schema,
) -> Result<Vec<Document>> {
    let node = node(lookup)?;
    let target = (node.relation.target)();
    let (local, foreign) = key_fields(node.owner, node.relation)?;
    let is_other_model = !source.schema.collection.is_empty() && !std::ptr::eq(source.schema, node.owner);
    let key = |schema: &Schema, stored: &'static str| place(Layout::from(schema), &RawPath::new(stored));
    let (here, there) = (key(source.schema, local), key(target, foreign));
    let is_there = here.field.is_some() && reads_as(&here.kind, &key(node.owner, local).kind);
    if is_other_model || !is_there {
        let rule = format!("the key of `{}::{}` in the documents to look it up from", lookup.owner.model, lookup.relation);
        return Err(Error::rule(source.schema, local, rule));
    }
    if lookup.is_nested {
        return Err(Error::rule(
            source.schema,
            lookup.relation,
            "no `include` in a `lookup`: look the next relation up in a stage of its own",
        ));
    }
    if lookup.is_selected {
        return Err(Error::rule(
            source.schema,
            lookup.relation,
            "no `select` in a `lookup`: what it reads the documents into says which fields are read",
        ));
    }
    let matched = render_matched(target, &node.filter)?;
    let sort = render_sort(target, &node.sort, &matched.first)?;
    let mut inner = Vec::new();
    // The server joins what is nothing here with what is nothing there.
    if may_be_nothing(&here) && may_be_nothing(&there) {
        inner.push(doc! { "$match": { foreign: { "$ne": Bson::Null } } });
    }
    inner.extend(matched.into_stages());
    inner.extend(sort.map(|sort| doc! { "$sort": sort }));
    inner.extend((node.skip > 0).then(|| doc! { "$skip": as_long(node.skip) }));
    match node.take {
        // The server takes a limit of 0 for a mistake.
        Some(0) => inner.push(doc! { "$match": nothing() }),
        Some(n) => inner.push(doc! { "$limit": as_long(n) }),
        None => {}
    }
    inner.push(doc! { "$project": Source { schema: target, unwound: &[] }.project(of, Document::new())? });

    let mut set = Document::new();
    insert(into, &mut set, to, Bson::Null)?;
    let mut set = source.reread(into, &set)?;
    let mut stages = vec![doc! { "$lookup": {
        "from": target.collection,
        "localField": local,
        "foreignField": foreign,
        "pipeline": inner,
        "as": to.stored(),
    } }];
    if !many {
        set.insert(to.stored(), doc! { "$first": format!("${}", to.stored()) });
    }
    if !set.is_empty() {
        stages.push(doc! { "$set": set });
    }
    Ok(stages)
}

/// Whether a document may have nothing there: no value, or none of the composites above it.
fn may_be_nothing(key: &Place) -> bool {
    key.absent.is_some() || !key.levels.is_empty()
}

fn node(lookup: &Lookup) -> Result<IncludeNode> {
    let Lookup { owner, relation, filter, sort, skip, take, .. } = lookup;
    let found = owner.relation(relation).ok_or_else(|| Error::Schema(vec![format!("`{}` has no relation `{relation}`", owner.model)]))?;
    let (filter, sort) = (filter.clone(), sort.clone());
    let (skip, take) = (*skip, *take);
    Ok(IncludeNode { owner, relation: found, filter, sort, skip, take, select: None, counts: false, children: Vec::new() })
}
