//! Rules of the generated names: each field, relation and compound key is a constant of the model, beside two functions.

use crate::{
    ctxt::Ctxt,
    facts::{MODEL_FUNCTIONS, plain},
    ir::ModelIr,
};
use proc_macro2::{Ident, Span};
use std::collections::{HashMap, HashSet};

pub(crate) fn check_constants(model: &ModelIr, errors: &Ctxt) {
    let mut seen: HashMap<String, String> = HashMap::new();
    let fields = model.body.fields.iter().map(|field| (&field.constant, &field.ident));
    let relations = model.relations.iter().map(|relation| (&relation.constant, &relation.ident));
    for (constant, field) in fields.chain(relations) {
        check_constant(constant, constant.span(), &format!("of `{field}`"), "#[chakra(path = other_name)]", &mut seen, errors);
    }
    let mut keys = HashSet::new();
    for index in &model.indexes {
        // The same index twice is another rule's message.
        if !keys.insert(index.signature()) {
            continue;
        }
        let Some(key) = model.compound_key(index) else { continue };
        check_constant(&key.accessor, key.span, "of this key", "unique(…, name = other_name)", &mut seen, errors);
    }
}

fn check_constant(constant: &Ident, span: Span, whose: &str, cure: &str, seen: &mut HashMap<String, String>, errors: &Ctxt) {
    let name = plain(constant);
    // The compiler would point at the derive and speak of duplicate definitions.
    if MODEL_FUNCTIONS.contains(&name.as_str()) {
        errors.error_at(span, format!("every model has a function `{name}()`, so the path {whose} needs another name: `{cure}`"));
    } else if let Some(first) = seen.insert(name.clone(), whose.to_owned()) {
        errors.error_at(span, format!("the path {first} is called `{name}` already, so that {whose} needs another name: `{cure}`"));
    }
}
