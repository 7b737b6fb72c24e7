//! Rules of indexes: their fields exist, and no two are the same.

use super::relation::unknown_field;
use crate::{
    ctxt::Ctxt,
    facts::{MAX_KEY, plain},
    ir::{IndexIr, ModelIr},
    parse::is_unsupported,
    shape::{LISTS, MAPS, is_named, present, spell},
};
use std::collections::{HashMap, HashSet};

pub(crate) fn check_indexes(model: &ModelIr, errors: &Ctxt) {
    for index in &model.indexes {
        check_index(model, index, errors);
    }
    for index in model.declared_indexes().iter().filter(|index| index.unique) {
        check_unique(model, index, errors);
    }
    check_duplicates(model, errors);
}

/// Each item of a list would be a key of its own, and the list could not be looked up by it.
fn check_unique(model: &ModelIr, index: &IndexIr, errors: &Ctxt) {
    for key in &index.keys {
        if let [only] = key.segments.as_slice()
            && let Some(field) = model.body.field(&plain(only))
            && [LISTS, MAPS, &["Document", "Bson"]].iter().any(|names| is_named(present(&field.ty), names))
        {
            errors.error(only, format!("`unique` on `{}` is not supported yet: its values are not one key", spell(&field.ty)));
        }
    }
}

fn check_index(model: &ModelIr, index: &IndexIr, errors: &Ctxt) {
    let mut seen = HashSet::new();
    for key in &index.keys {
        let Some(first) = key.segments.first() else { continue };
        let name = plain(first);
        // What stands below a composite is checked by the compiler, since the path itself is generated.
        if model.body.field(&name).is_none() {
            errors.error(first, unknown_index_field(model, &name));
        }
        // The server takes the last and forgets the first.
        if !seen.insert(key.path()) {
            errors.error(first, format!("`{}` stands in this index twice; keep one", key.path()));
        }
    }
    // An accessor takes one value per field, all of this model.
    if let Some(accessor) = &index.accessor
        && model.compound_key(index).is_none()
        && index.keys.iter().all(|key| key.segments.first().is_some_and(|first| model.body.field(&plain(first)).is_some()))
    {
        errors.error(
            accessor,
            format!("an accessor needs 2 to {MAX_KEY} fields that stand in the model itself; remove `name`, the index stays"),
        );
    }
}

fn unknown_index_field(model: &ModelIr, name: &str) -> String {
    // `index(email, sparse)`: an option of the design, written as a flag.
    if is_unsupported(name) {
        return format!("`{name}` is not supported yet");
    }
    unknown_field(model, name)
}

/// The server refuses a second index with the same keys, and with the same keys it could do nothing more.
fn check_duplicates(model: &ModelIr, errors: &Ctxt) {
    let mut seen = HashSet::new();
    let mut names = HashMap::new();
    for index in &model.declared_indexes() {
        let fields = index.keys.iter().map(|key| format!("`{}`", key.path())).collect::<Vec<_>>().join(", ");
        if !seen.insert(index.signature()) {
            errors.error_at(index.span, format!("there is an index on {fields} already; keep one"));
        }
        if let Some(map) = &index.map
            && let Some(first) = names.insert(map.text.clone(), fields)
        {
            errors.error_at(map.span, format!("the index on {first} is called \"{}\" already; choose another name", map.text));
        }
    }
}
