//! A relation as a stage that adds the related documents to each.

use super::{
    filter::render_filter,
    include::key_fields,
    projection::render_projection,
    reshape::{Source, insert},
    sort::render_sort,
};
use crate::{
    Error, Result,
    query::{IncludeNode, Lookup, RawPath},
    schema::Schema,
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
    if source.schema.fields.iter().all(|field| field.stored != local) {
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
    let filter = render_filter(target, &node.filter)?;
    let sort = render_sort(target, &node.sort, &filter)?;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut inner = Vec::new();
    inner.extend((!filter.is_empty()).then(|| doc! { "$match": filter }));
    inner.extend(sort.map(|sort| doc! { "$sort": sort }));
    inner.extend((node.skip > 0).then(|| doc! { "$skip": number(node.skip) }));
    match node.take {
        // The server takes a limit of 0 for a mistake.
        Some(0) => inner.push(doc! { "$match": super::matching::nothing() }),
        Some(n) => inner.push(doc! { "$limit": number(n) }),
        None => {}
    }
    check_readable(target, of)?;
    let fields: Vec<&str> = of.fields.iter().map(|field| field.stored).collect();
    if of.tag.is_none() && !fields.is_empty() {
        inner.push(doc! { "$project": render_projection(&fields) });
    }

    let mut set = Document::new();
    insert(into, &mut set, to, Bson::Null)?;
    let kept = source.all_kept(into, &set)?;
    let mut stages = vec![doc! { "$lookup": {
        "from": target.collection,
        "localField": local,
        "foreignField": foreign,
        "pipeline": inner,
        "as": to.stored(),
    } }];
    // What is stored stays, but where the model reads something else.
    let mut other: Document =
        kept.into_iter().filter(|(_, value)| *value != Bson::Int32(1)).map(|(field, value)| (field.to_owned(), value)).collect();
    if !many {
        other.insert(to.stored(), doc! { "$first": format!("${}", to.stored()) });
    }
    if !other.is_empty() {
        stages.push(doc! { "$set": other });
    }
    Ok(stages)
}

fn node(lookup: &Lookup) -> Result<IncludeNode> {
    let Lookup { owner, relation, filter, sort, skip, take, .. } = lookup;
    let found = owner.relation(relation).ok_or_else(|| Error::Schema(vec![format!("`{}` has no relation `{relation}`", owner.model)]))?;
    let (filter, sort) = (filter.clone(), sort.clone());
    Ok(IncludeNode { owner, relation: found, filter, sort, skip: *skip, take: *take, counts: false, children: Vec::new() })
}

/// Refuses what documents of the related model could not be read as.
fn check_readable(target: &Schema, of: &'static Schema) -> Result<()> {
    let source = |stored: &str| target.fields.iter().find(|field| field.stored == stored);
    for field in of.fields.iter().filter(|field| field.is_required()) {
        if !source(field.stored).is_some_and(|own| crate::schema::reads_as(&own.kind, &field.kind)) {
            return Err(Error::rule(of, field.stored, format!("a field that `{}` has, of this type", target.model)));
        }
    }
    Ok(())
}
