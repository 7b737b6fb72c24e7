//! The rules of a composite.

use super::{body::check_body, field::check_field, names::check_embedded_names};
use crate::{
    ctxt::Ctxt,
    facts::plain,
    ir::{BodyIr, CompositeIr, FieldIr, Form},
};
use std::collections::HashMap;

/// The operators of a path. A composite's fields are methods beside them, and the operator would win without a word.
pub(super) const OPERATORS: &[&str] = &[
    "eq",
    "ne",
    "in_",
    "not_in",
    "lt",
    "lte",
    "gt",
    "gte",
    "between",
    "contains",
    "starts_with",
    "ends_with",
    "has",
    "has_every",
    "has_some",
    "is_none",
    "is_some",
    "is_empty",
    "len",
    "some",
    "every",
    "none",
    "is",
    "is_not",
    "is_missing",
    "exists",
    "is_null",
    "asc",
    "desc",
    "path",
    "key",
    "has_key",
    "matches",
    "ci",
    "mod_",
    "clone",
    "stored",
    "is_variant",
    "near",
    "within",
    "intersects",
    "bits_all_set",
    "bits_any_set",
    "bits_all_clear",
    "bits_any_clear",
];

pub(crate) fn check_composite(composite: &CompositeIr, errors: &Ctxt) {
    if composite.head.form == Form::Unreadable {
        return;
    }
    let body = &composite.body;
    check_embedded_names(body, errors);
    check_body(body, errors);
    // How many fields there are would depend on the parameters.
    if !composite.generics.params.is_empty() {
        for flat in &body.flattened {
            errors.error_at(flat.mark, "a generic composite cannot flatten another one; keep it as a field of its own");
        }
    }
    for field in &body.fields {
        check_field(field, errors);
        check_read_default(field, "composite", errors);
    }
    check_methods(body, errors);
}

/// A composite is written as one value and a view is never written, so nothing is ever filled in; only reading can miss a field.
pub(super) fn check_read_default(field: &FieldIr, owner: &str, errors: &Ctxt) {
    let Some(default) = &field.default else { return };
    if field.reads_default() {
        return;
    }
    let rule = if field.has_constant_default() {
        format!("a missing `{}` is `None`, so its default would never be read; remove it, or remove the `Option`", field.ident)
    } else {
        let cure = match owner {
            "composite" => format!(", or set `{}` where the composite is made", field.ident),
            _ => String::new(),
        };
        format!("a default in a {owner} stands in for a missing field on read, so it is a constant: write `#[chakra(default = 0)]`{cure}")
    };
    errors.error_at(default.span, rule);
}

/// Each path is a method beside the operators, and one of two with the same name would win without a word.
pub(super) fn check_methods(body: &BodyIr, errors: &Ctxt) {
    let fields = body.fields.iter().map(|field| (&field.constant, &field.ident));
    let flattened = body.flattened.iter().map(|flat| (&flat.constant, &flat.ident));
    let mut seen = HashMap::new();
    for (constant, field) in fields.chain(flattened) {
        let method = plain(constant);
        if OPERATORS.contains(&method.as_str()) {
            errors.error_at(
                constant.span(),
                format!(
                    "`{method}` is an operator of paths, so the path of this field needs another name: `#[chakra(path = {}_value)]`",
                    method.trim_end_matches('_')
                ),
            );
        } else if let Some(first) = seen.insert(method, field) {
            errors.error_at(constant.span(), format!("the path of `{first}` has this name already: `#[chakra(path = other_name)]`"));
        }
    }
}
