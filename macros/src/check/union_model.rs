//! The rules of a model of several shapes: what all variants must have alike, and which names there are.

use super::{
    composite::check_methods,
    field::check_field,
    index::check_declared,
    model::{check_draft, check_roles, check_single},
    names::{check_collection, check_stored_names},
    storage::check_storage,
    text::check_texts,
    union::{check_generated_name, check_shapes},
    validator::check_validator,
    wildcard::check_wildcards,
};
use crate::{
    ctxt::Ctxt,
    facts::{MAX_KEY, plain},
    ir::{CompositeIr, FieldIr, Form, IndexIr, ShapeIr, UnionModelIr},
    shape::{ANY, LISTS, MAPS, is_named, present, spell},
    suggest::suggest_or_list,
};
use proc_macro2::{Ident, Span};
use std::collections::{HashMap, HashSet};

pub(crate) fn check_union_model(model: &UnionModelIr, errors: &Ctxt) {
    check_collection(&model.common.collection, errors);
    if model.union.head.form == Form::Unreadable {
        return;
    }
    check_shapes(&model.union, errors);
    for shape in &model.union.shapes {
        check_generated_name(&model.union, shape, true, errors);
        if let Some(composite) = shape.composite() {
            check_shape(model, shape, composite, errors);
        }
    }
    check_id(model, errors);
    for index in &model.common.indexes {
        check_index(model, index, errors);
    }
    check_declared(&model.common, errors);
    check_texts(&model.common, |path| check_path(model, path, errors), errors);
    check_wildcards(&model.common, |path| check_path(model, path, errors), errors);
    check_storage(&model.common, errors);
    let own = model.union.shapes.iter().flat_map(ShapeIr::fields).filter(|field| !model.is_common(field));
    check_validator(&model.common, model.common.body.fields.iter().chain(own), errors);
    check_generated(model, errors);
}

/// One variant, with the rules of a model.
fn check_shape(model: &UnionModelIr, shape: &ShapeIr, composite: &CompositeIr, errors: &Ctxt) {
    let owner = &model.union.head.ident;
    check_single(&composite.body, errors);
    let mut ids = composite.body.fields.iter().filter_map(|field| Some((field, field.id?)));
    // Without any field there is another message.
    let empty = composite.body.fields.is_empty() && composite.body.unstored.is_empty();
    if ids.next().is_none() && !empty {
        errors.error(&shape.ident, format!("`{}` has no id: add `#[chakra(id)] id: Id<{owner}>`, to every variant alike", shape.ident));
    }
    for (field, mark) in ids {
        errors.error_at(mark, format!("a document has one id, and `{}` is a second; remove one", field.ident));
    }
    check_stored_names(&composite.body, errors);
    for field in &composite.body.fields {
        check_field(field, errors);
        check_roles(field, errors);
        check_kept(model, field, errors);
        check_own_key(model, field, errors);
    }
    check_methods(&model.own_body(composite), errors);
    check_draft(&shape.ident, &composite.body, errors);
}

/// Every write of whatever variant keeps these two, and must know where.
fn check_kept(model: &UnionModelIr, field: &FieldIr, errors: &Ctxt) {
    for (role, mark) in [("updated_at", field.updated_at), ("version", field.version)] {
        if let Some(mark) = mark
            && !model.is_common(field)
        {
            errors.error_at(
                mark,
                format!(
                    "every write keeps `{role}`, whatever the variant: declare `{}: {}` in all of them alike",
                    field.ident,
                    spell(&field.ty)
                ),
            );
        }
    }
}

/// As of a common field: each item of a list would be a key of its own.
fn check_own_key(model: &UnionModelIr, field: &FieldIr, errors: &Ctxt) {
    if let Some(index) = &field.index
        && index.unique
        && !model.is_common(field)
        && [LISTS, MAPS, ANY].iter().any(|names| is_named(present(&field.ty), names))
    {
        errors.error_at(index.span, format!("`unique` on `{}` is not supported yet: its values are not one key", spell(&field.ty)));
    }
}

/// Documents are found by id before anybody knows which variant they are.
fn check_id(model: &UnionModelIr, errors: &Ctxt) {
    let ids: Vec<(&ShapeIr, &FieldIr, Span)> =
        model.union.shapes.iter().filter_map(|shape| shape.fields().iter().find_map(|field| Some((shape, field, field.id?)))).collect();
    // A variant without an id has its own message.
    if ids.len() < model.union.shapes.len() || model.common.body.fields.iter().any(|field| field.id.is_some()) {
        return;
    }
    let Some(((first_shape, first, _), others)) = ids.split_first() else { return };
    let differs = |field: &FieldIr| field.ident != first.ident || spell(&field.ty) != spell(&first.ty);
    if let Some((_, _, mark)) = others.iter().find(|(_, field, _)| differs(field)).or_else(|| others.last()) {
        errors.error_at(
            *mark,
            format!(
                "every variant declares the id as `{}` does: `{}: {}`, with the same attributes",
                first_shape.ident,
                first.ident,
                spell(&first.ty)
            ),
        );
    }
}

fn check_index(model: &UnionModelIr, index: &IndexIr, errors: &Ctxt) {
    let mut seen = HashSet::new();
    let mut known = true;
    for key in &index.keys {
        known &= check_path(model, &key.segments, errors);
        // The server takes the last and forgets the first.
        if !seen.insert(key.path()) {
            errors.error(&key.segments[0], format!("`{}` stands in this index twice; keep one", key.path()));
        }
    }
    if let Some(accessor) = &index.accessor
        && known
        && model.common.unique_key(index).is_none()
    {
        errors.error(accessor, format!("an accessor needs 2 to {MAX_KEY} fields that every variant has; remove `name`, the index stays"));
    }
}

/// A path starts with a field that every variant has, or goes through one of them. What stands below is checked by the compiler.
fn check_path(model: &UnionModelIr, path: &[Ident], errors: &Ctxt) -> bool {
    let Some(first) = path.first() else { return false };
    let name = plain(first);
    if model.common.body.field(&name).is_some() {
        return true;
    }
    let Some(shape) = model.union.shape(&name) else {
        errors.error(first, unknown_start(model, &name));
        return false;
    };
    let Some(second) = path.get(1) else {
        errors.error(
            first,
            format!(
                "`{name}` leads into `{}`, which has no value of its own: go on to a field, as in `{name}.{}`",
                shape.ident,
                example_field(model, shape)
            ),
        );
        return false;
    };
    let field = shape.fields().iter().find(|field| plain(&field.constant) == plain(second));
    match field {
        Some(field) if model.is_common(field) => {
            errors.error(second, format!("every variant has `{second}`: write `{second}` without `{name}`"));
            false
        }
        Some(_) => true,
        None => {
            let names: Vec<String> = own_fields(model, shape).map(|field| plain(&field.constant)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            errors.error(second, format!("`{}` has no field `{second}`; {}", shape.ident, suggest_or_list(&plain(second), &names)));
            false
        }
    }
}

fn own_fields<'a>(model: &'a UnionModelIr, shape: &'a ShapeIr) -> impl Iterator<Item = &'a FieldIr> {
    shape.fields().iter().filter(move |field| !model.is_common(field))
}

fn example_field(model: &UnionModelIr, shape: &ShapeIr) -> String {
    own_fields(model, shape).next().map_or_else(|| String::from("field"), |field| plain(&field.constant))
}

/// The message for a name with which no path of the model starts.
fn unknown_start(model: &UnionModelIr, name: &str) -> String {
    let owner = &model.union.head.ident;
    let has = |shape: &&ShapeIr| shape.fields().iter().any(|field| plain(&field.ident) == name);
    if let Some(shape) = model.union.shapes.iter().find(has) {
        return format!("not every variant of `{owner}` declares `{name}` alike: write `{}.{name}`", plain(&shape.accessor));
    }
    let fields = model.common.body.fields.iter().map(|field| plain(&field.ident));
    let names: Vec<String> = fields.chain(model.union.shapes.iter().map(|shape| plain(&shape.accessor))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("`{owner}` has no field `{name}`; {}", suggest_or_list(name, &names))
}

/// The constants of common fields and keys stand beside `all()` and the two functions of each variant.
fn check_generated(model: &UnionModelIr, errors: &Ctxt) {
    let mut seen = HashMap::from([(String::from("all"), String::from("a function of every model"))]);
    let mut check = |name: String, span: Span, whose: String, cure: &str| {
        if let Some(first) = seen.get(&name) {
            errors.error_at(span, format!("`{name}` is {first} already, so that {whose} needs another name: `{cure}`"));
            return false;
        }
        seen.insert(name, whose);
        true
    };
    for field in &model.common.body.fields {
        check(plain(&field.constant), field.constant.span(), format!("the path of `{}`", field.ident), "#[chakra(path = other_name)]");
    }
    for shape in &model.union.shapes {
        let span = shape.accessor.span();
        let path = format!("the path into `{}`", shape.ident);
        if check(plain(&shape.accessor), span, path, "#[chakra(path = other_name)]") {
            check(shape.draft_function().to_string(), span, format!("the draft of `{}`", shape.ident), "#[chakra(path = other_name)]");
        }
    }
    let mut keys = HashSet::new();
    for index in &model.common.indexes {
        // The same index twice is another rule's message.
        if keys.insert(index.signature())
            && let Some(key) = model.common.unique_key(index)
        {
            check(plain(&key.accessor), key.span, String::from("the accessor of this key"), "unique(…, name = other_name)");
        }
    }
}
