//! Rules of indexes: their fields exist, and no two are the same.

use super::{kind::check_kinds, options::check_options, relation::unknown_field, text::check_texts, wildcard::check_wildcards};
use crate::{
    ctxt::Ctxt,
    facts::{MAX_KEY, Start, plain},
    ir::{IndexIr, ModelIr, Name},
    shape::{ANY, LISTS, MAPS, is_named, present, spell},
};
use proc_macro2::Ident;
use std::collections::{HashMap, HashSet};

pub(crate) fn check_indexes(model: &ModelIr, errors: &Ctxt) {
    for index in &model.indexes {
        check_index(model, index, errors);
    }
    check_declared(model, errors);
    check_texts(model, |path| check_start(model, path, errors), errors);
    check_wildcards(model, |path| check_start(model, path, errors), errors);
}

/// What holds of all indexes, those of fields too, in a model of one shape or of several.
pub(super) fn check_declared(model: &ModelIr, errors: &Ctxt) {
    for index in &model.declared_indexes() {
        if index.unique {
            check_key_types(model, index, errors);
        }
        check_kinds(model, index, errors);
        check_options(model, index, errors);
    }
    check_duplicates(model, errors);
}

/// Each item of a list would be a key of its own, and the list could not be looked up by it.
fn check_key_types(model: &ModelIr, index: &IndexIr, errors: &Ctxt) {
    for key in &index.keys {
        if let [only] = key.segments.as_slice()
            && let Some(field) = model.body.field(&plain(only))
            && [LISTS, MAPS, ANY].iter().any(|names| is_named(present(&field.ty), names))
        {
            errors.error(only, format!("`unique` on `{}` is not supported yet: its values are not one key", spell(&field.ty)));
        }
    }
}

fn check_index(model: &ModelIr, index: &IndexIr, errors: &Ctxt) {
    // The server keeps this one by itself; a hashed one is for collections that are sharded by it.
    if let Some(field) = index.sole_field().and_then(|name| model.body.field(&name))
        && field.id.is_some()
        && index.keys.iter().all(|key| key.form.is_ordered())
    {
        errors.error_at(index.span, "the id is unique and indexed by itself; remove this");
    }
    let mut seen = HashSet::new();
    let mut known = true;
    for key in &index.keys {
        let Some(first) = key.segments.first() else { continue };
        known &= check_start(model, &key.segments, errors);
        // The server takes the last and forgets the first.
        if !seen.insert(key.path()) {
            errors.error(first, format!("`{}` stands in this index twice; keep one", key.path()));
        }
    }
    if let Some(accessor) = &index.accessor
        && known
        && model.unique_key(index).is_none()
    {
        let fault = match index.sole_field() {
            _ if index.options.partial.is_some() => String::from("a part of the documents has no key to look all of them up by"),
            Some(field) => format!("`{field}` alone is its own accessor"),
            None => format!("an accessor needs 2 to {MAX_KEY} fields, or one below a composite, and no list on the way"),
        };
        errors.error(accessor, format!("{fault}; remove `name`, the index stays"));
    }
}

/// What stands below a composite is checked by the compiler, since the path itself is generated.
fn check_start(model: &ModelIr, path: &[Ident], errors: &Ctxt) -> bool {
    let Some(first) = path.first() else { return false };
    let name = plain(first);
    match model.body.start(&name) {
        None => errors.error(first, unknown_field(model, &name)),
        Some(Start::Flat(_)) if path.len() == 1 => {
            errors.error(first, format!("`{name}` is flattened and has no value of its own: go on to a field of it, as in `{name}.city`"));
        }
        Some(_) => return true,
    }
    false
}

/// Of two indexes that are the same the server makes one, and of two with one name it refuses one.
fn check_duplicates(model: &ModelIr, errors: &Ctxt) {
    let mut seen = HashSet::new();
    let mut names = HashMap::new();
    for index in &model.declared_indexes() {
        let fields = index.keys.iter().map(|key| format!("`{}`", key.path())).collect::<Vec<_>>().join(", ");
        if !seen.insert(index.signature()) {
            errors.error_at(index.span, format!("there is an index on {fields} already; keep one"));
            continue;
        }
        if let Some(first) = names.insert(index.name(), fields) {
            match &index.options.map {
                Some(map) => refuse_name(map, &first, errors),
                None => {
                    errors.error_at(index.span, format!("an index on {first} has the same name; give one of them another: `map = \"…\"`"))
                }
            }
        }
    }
    let texts = model.texts.iter().filter_map(|text| text.options.map.as_ref());
    let wildcards = model.wildcards.iter().filter_map(|wildcard| wildcard.options.map.as_ref());
    for map in texts.chain(wildcards) {
        if let Some(first) = names.insert(map.text.clone(), String::from("other fields")) {
            refuse_name(map, &first, errors);
        }
    }
}

fn refuse_name(map: &Name, first: &str, errors: &Ctxt) {
    errors.error_at(map.span, format!("the index on {first} is called \"{}\" already; choose another name", map.text));
}
