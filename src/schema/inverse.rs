//! The other end of a relation: what `inverse_of` names must be the same relation seen from there, and where two relations go by the same
//! key, it must be named.
//!
//! Part of `verify`, which runs at `connect`.

use super::{Link, RelationKind, RelationSchema, Schema};

/// The faults of one relation's `inverse_of`, and of the lack of one.
pub(super) fn verify_other_end(schema: &'static Schema, relation: &'static RelationSchema, faults: &mut Vec<String>) {
    let target = (relation.target)();
    if let Some(name) = relation.inverse_of {
        match target.relation(name) {
            None => faults.push(unknown(schema, relation, name, target)),
            Some(other) => {
                let found = mismatch(schema, relation, target, other);
                faults.extend(found.map(|what| {
                    let (model, relation, target) = (schema.model, relation.name, target.model);
                    format!("`{model}::{relation}`: `inverse_of = {name}` names `{target}::{name}`, which {what}")
                }));
            }
        }
    }
    faults.extend(verify_references(schema, relation, target));
    // Each pair is told once, at its second relation.
    let earlier = schema.relations.iter().take_while(|other| other.name != relation.name);
    let same = |other: &&RelationSchema| std::ptr::eq((other.target)(), target) && other.link == relation.link;
    let is_open = |other: &&RelationSchema| other.inverse_of.is_none() || relation.inverse_of.is_none();
    if let Some(other) = earlier.filter(same).find(is_open) {
        faults.push(ambiguous(schema, other, relation, target));
    }
    faults.extend(disagreeing(schema, relation, target));
}

/// Two relations by one key to one model cannot do different things when its document goes.
pub(super) fn disagreeing(schema: &'static Schema, relation: &'static RelationSchema, target: &'static Schema) -> Option<String> {
    let (Link::Here(key) | Link::Lists { ids: Some(key), .. }) = relation.link else { return None };
    let earlier = schema.relations.iter().take_while(|other| other.name != relation.name);
    earlier.filter(|other| std::ptr::eq((other.target)(), target) && other.link == relation.link).find_map(|other| {
        let pairs = other.actions(schema)?.into_iter().zip(relation.actions(schema)?);
        let (word, (first, second)) = ["on_delete", "on_update"].into_iter().zip(pairs).find(|(_, (first, second))| first != second)?;
        Some(format!(
            "`{model}::{}` and `{model}::{}` go by one key, `{key}`, and do not the same: `{word} = {first:?}` and `{word} = {second:?}`",
            other.name,
            relation.name,
            model = schema.model
        ))
    })
}

/// Two ends that go by one key must mean the same by it. Told at the end that does not hold the key.
fn verify_references(schema: &'static Schema, relation: &'static RelationSchema, target: &'static Schema) -> Option<String> {
    let Link::There(key) = relation.link else { return None };
    let is_other_end = |other: &&RelationSchema| other.link == Link::Here(key) && names(other, schema) != names(relation, schema);
    let other = relations_to(target, schema).find(is_other_end)?;
    let (model, name, target) = (schema.model, relation.name, target.model);
    Some(format!(
        "`{model}::{name}` goes by the key `{target}::{key}` to {}, and `{target}::{}` by the same key to {}: write `references` at both \
         ends, or at none",
        spoken_reference(relation, schema),
        other.name,
        spoken_reference(other, schema),
    ))
}

/// The stored name of the field of `of` that the key of a relation names.
fn names(relation: &RelationSchema, of: &Schema) -> Option<&'static str> {
    relation.referenced(of).map(|field| field.stored)
}

fn spoken_reference(relation: &RelationSchema, of: &Schema) -> String {
    match relation.references {
        Some(name) => format!("`{}::{name}`", of.model),
        None => format!("the id of `{}`", of.model),
    }
}

fn unknown(schema: &Schema, relation: &RelationSchema, name: &str, target: &'static Schema) -> String {
    let back: Vec<String> = relations_to(target, schema).map(|other| format!("`{}`", other.name)).collect();
    let known = if back.is_empty() { "none".to_owned() } else { back.join(", ") };
    format!(
        "`{model}::{}`: `inverse_of = {name}` names no relation of `{target}`; those to `{model}` are: {known}",
        relation.name,
        model = schema.model,
        target = target.model
    )
}

/// Why `other` is not the same relation seen from the other end.
fn mismatch(schema: &'static Schema, relation: &RelationSchema, target: &'static Schema, other: &RelationSchema) -> Option<String> {
    let back = (other.target)();
    if !std::ptr::eq(back, schema) {
        return Some(format!("relates to `{}`, not to `{}`", back.model, schema.model));
    }
    let expected = match relation.kind {
        RelationKind::OneToMany => RelationKind::ManyToOne,
        RelationKind::ManyToOne => RelationKind::OneToMany,
        same => same,
    };
    if other.kind != expected {
        return Some(format!("is a {:?}; seen from the other end a {:?} is a {expected:?}", other.kind, relation.kind));
    }
    if other.link != turned(relation.link) {
        return Some(format!("goes by {}, not by {}", spoken(other.link, target, schema), spoken(relation.link, schema, target)));
    }
    match other.inverse_of {
        Some(name) if name != relation.name => Some(format!("itself says `inverse_of = {name}`")),
        _ => None,
    }
}

/// Two relations by the same key: another model that has one of them cannot tell which.
fn ambiguous(schema: &'static Schema, first: &RelationSchema, second: &RelationSchema, target: &'static Schema) -> String {
    let other_end = relations_to(target, schema).find(|other| other.link == turned(second.link));
    let example = other_end.map_or_else(|| schema.model.to_lowercase(), |other| other.name.to_owned());
    format!(
        "`{model}::{}` and `{model}::{}` both go by {}, which does not tell them apart: say on both which relation of `{}` is the other \
         end, as in `inverse_of = {example}`, or give one of them a key of its own",
        first.name,
        second.name,
        spoken(second.link, schema, target),
        target.model,
        model = schema.model
    )
}

fn relations_to(from: &'static Schema, to: &Schema) -> impl Iterator<Item = &'static RelationSchema> {
    from.relations.iter().filter(move |relation| std::ptr::eq((relation.target)(), to))
}

/// The same keys as they are declared at the other end.
fn turned(link: Link) -> Link {
    match link {
        Link::Here(key) => Link::There(key),
        Link::There(key) => Link::Here(key),
        Link::Lists { ids, inverse } => Link::Lists { ids: inverse, inverse: ids },
    }
}

/// The keys of a relation from `here` to `there`, in words.
fn spoken(link: Link, here: &Schema, there: &Schema) -> String {
    match link {
        Link::Here(key) => format!("the key `{}::{key}`", here.model),
        Link::There(key) => format!("the key `{}::{key}`", there.model),
        Link::Lists { ids, inverse } => {
            let lists = [ids.map(|ids| format!("`{}::{ids}`", here.model)), inverse.map(|ids| format!("`{}::{ids}`", there.model))];
            format!("the ids in {}", lists.into_iter().flatten().collect::<Vec<_>>().join(" and "))
        }
    }
}
