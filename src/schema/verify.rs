//! The faults that only several models together can show.
//!
//! What one struct shows is a compile error; a derive macro cannot look into another struct, so this runs at `connect`.

use super::{Kind, Link, RelationKind, RelationSchema, Schema};

/// All faults of these models, each a sentence that names the model and the field.
pub(crate) fn verify(schemas: &[&'static Schema]) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, schema) in schemas.iter().enumerate() {
        // Two models on one collection would undo each other's indexes and misread each other's documents.
        if let Some(other) = schemas[..at].iter().find(|other| other.collection == schema.collection) {
            faults.push(format!("`{}` and `{}` both declare the collection `{}`", other.model, schema.model, schema.collection));
        }
        verify_unique(schema, &mut faults);
        for relation in schema.relations {
            verify_relation(schema, relation, &mut faults);
        }
    }
    faults
}

/// A unique key is looked up by its values, and the index must serve that look-up and tell present values from absent ones.
fn verify_unique(schema: &Schema, faults: &mut Vec<String>) {
    for key in schema.indexes.iter().filter(|index| index.unique).flat_map(|index| &index.keys) {
        let rule = match key.kind {
            Kind::Composite(_) => "a composite; declare the key over its fields: `unique(address.city, …)`",
            Kind::Array(_) | Kind::Map(_) | Kind::Any => "a list, a map or any value; its values are not one key",
            _ => continue,
        };
        faults.push(format!("`{}`: the unique key `{}` is {rule}", schema.model, key.path));
    }
}

fn verify_relation(schema: &Schema, relation: &RelationSchema, faults: &mut Vec<String>) {
    let target = (relation.target)();
    let at = format!("`{}::{}`", schema.model, relation.name);
    match relation.link {
        Link::Here(key) => match (schema.field(key), id_kind(target)) {
            (Some(field), Some(id)) if !same_kind(&field.kind, &id) => {
                faults.push(format!("{at}: the key `{key}` has another type than the `_id` of `{}`", target.model));
            }
            (Some(_), _) => {}
            (None, _) => faults.push(format!("{at}: `{}` has no field `{key}`", schema.model)),
        },
        Link::There(key) => match (target.field(key), id_kind(schema)) {
            (Some(field), Some(id)) if !same_kind(&field.kind, &id) => {
                faults.push(format!("{at}: the key `{key}` of `{}` has another type than the `_id` of `{}`", target.model, schema.model));
            }
            // Two documents with one key would make the relation to one ambiguous.
            (Some(field), _) if relation.kind == RelationKind::OneToOne && !is_unique(target, field.stored) => {
                faults.push(format!("{at}: the key `{key}` of `{}` must be unique: `#[chakra(unique)]`", target.model));
            }
            (Some(_), _) => {}
            (None, _) => faults.push(format!("{at}: `{}` has no field `{key}` to hold the key", target.model)),
        },
        Link::Lists { ids, inverse } => {
            verify_list(&at, schema, ids, target, faults);
            verify_list(&at, target, inverse, schema, faults);
            verify_inverse(&at, schema, relation, target, faults);
        }
    }
}

/// An id list of `holder` must be there and hold ids of `of`.
fn verify_list(at: &str, holder: &Schema, list: Option<&str>, of: &Schema, faults: &mut Vec<String>) {
    let Some(list) = list else { return };
    match holder.field(list).map(|field| field.kind) {
        None => faults.push(format!("{at}: `{}` has no field `{list}` for the ids of `{}`", holder.model, of.model)),
        Some(Kind::Array(item)) if id_kind(of).is_some_and(|id| same_kind(item, &id)) => {}
        Some(_) => faults.push(format!("{at}: `{}::{list}` must be a list of the ids of `{}`", holder.model, of.model)),
    }
}

/// Both ends of a two-sided relation must name the same two lists, or writes through one end would miss the other's.
fn verify_inverse(at: &str, schema: &Schema, relation: &RelationSchema, target: &'static Schema, faults: &mut Vec<String>) {
    let Link::Lists { ids: Some(ids), inverse: Some(inverse) } = relation.link else { return };
    for other in target.relations.iter().filter(|other| std::ptr::eq((other.target)(), schema)) {
        let Link::Lists { ids: their_ids, inverse: their_inverse } = other.link else { continue };
        let shares = their_ids == Some(inverse) || their_inverse == Some(ids);
        if shares && (their_ids, their_inverse) != (Some(inverse), Some(ids)) {
            faults.push(format!(
                "{at} and `{}::{}` share an id list but not both: expected `ids = {inverse}, inverse_ids = {ids}` on the latter",
                target.model, other.name
            ));
        }
    }
}

fn id_kind(schema: &Schema) -> Option<Kind> {
    schema.fields.iter().find(|field| field.stored == "_id").map(|field| field.kind)
}

fn is_unique(schema: &Schema, stored: &str) -> bool {
    schema.indexes.iter().any(|index| index.unique && index.keys.len() == 1 && index.keys[0].path == stored)
}

/// Whether values of both kinds compare equal when they mean the same id.
fn same_kind(a: &Kind, b: &Kind) -> bool {
    let integer = |kind: &Kind| matches!(kind, Kind::Int32 { .. } | Kind::Int64 { .. });
    integer(a) && integer(b) || std::mem::discriminant(a) == std::mem::discriminant(b)
}
