//! Rules of the generated names: each field, relation and compound key is a constant of the model, beside two functions, or of the type that
//! `paths` names.

use crate::{
    ctxt::Ctxt,
    facts::{MODEL_FUNCTIONS, plain},
    ir::ModelIr,
};
use proc_macro2::{Ident, Span};
use std::collections::{HashMap, HashSet};

pub(crate) fn check_constants(model: &ModelIr, errors: &Ctxt) {
    // Two types of one name; the compiler would point at the derive.
    if let Some(paths) = &model.paths
        && *paths == model.head.ident
    {
        errors.error(paths, format!("the paths move to a type of their own, beside the model: write `paths = {paths}Paths`"));
    }
    let mut seen = Seen { functions: model.paths.is_none(), first: HashMap::new() };
    let fields = model.body.fields.iter().map(|field| (&field.constant, &field.ident));
    let flattened = model.body.flattened.iter().map(|flat| (&flat.constant, &flat.ident));
    let relations = model.relations.iter().map(|relation| (&relation.constant, &relation.ident));
    for (constant, field) in fields.chain(flattened).chain(relations) {
        check_constant(constant, constant.span(), &format!("of `{field}`"), "#[chakra(path = other_name)]", &mut seen, errors);
    }
    let mut keys = HashSet::new();
    for index in &model.indexes {
        // The same index twice is another rule's message.
        if !keys.insert(index.signature()) {
            continue;
        }
        let Some(key) = model.unique_key(index) else { continue };
        check_constant(&key.accessor, key.span, "of this key", "unique(…, name = other_name)", &mut seen, errors);
    }
}

/// The names that are taken.
struct Seen {
    /// Whether the functions of a model are there too.
    functions: bool,
    /// Whose each name is.
    first: HashMap<String, String>,
}

fn check_constant(constant: &Ident, span: Span, whose: &str, cure: &str, seen: &mut Seen, errors: &Ctxt) {
    let name = plain(constant);
    // The compiler would point at the derive and speak of duplicate definitions.
    if seen.functions && MODEL_FUNCTIONS.contains(&name.as_str()) {
        errors.error_at(span, format!("every model has a function `{name}()`, so the path {whose} needs another name: `{cure}`"));
    } else if let Some(first) = seen.first.insert(name.clone(), whose.to_owned()) {
        errors.error_at(span, format!("the path {first} is called `{name}` already, so that {whose} needs another name: `{cure}`"));
    }
}
