//! The rules of a composite.

use super::{field::check_field, names::check_stored_names};
use crate::{
    ctxt::Ctxt,
    facts::plain,
    ir::{CompositeIr, Form},
};
use std::collections::HashMap;

/// The operators of a path. A composite's fields are methods beside them, and the operator would win without a word.
const OPERATORS: &[&str] = &[
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
];

pub(crate) fn check_composite(composite: &CompositeIr, errors: &Ctxt) {
    if composite.head.form == Form::Unreadable {
        return;
    }
    check_stored_names(&composite.body, errors);
    let mut seen = HashMap::new();
    for field in &composite.body.fields {
        check_field(field, errors);
        // A composite is written as one value, so nothing is ever filled in at create; only reading can miss a field.
        if let Some(default) = &field.default
            && !field.reads_default()
        {
            let rule = if field.has_constant_default() {
                format!("a missing `{}` is `None`, so its default would never be read; remove it, or remove the `Option`", field.ident)
            } else {
                format!(
                    "a default in a composite stands in for a missing field on read, so it is a constant: write \
                     `#[chakra(default = 0)]`, or set `{}` where the composite is made",
                    field.ident
                )
            };
            errors.error_at(default.span, rule);
        }
        let method = plain(&field.constant);
        if OPERATORS.contains(&method.as_str()) {
            errors.error_at(
                field.constant.span(),
                format!(
                    "`{method}` is an operator of paths, so the path of this field needs another name: `#[chakra(path = {}_value)]`",
                    method.trim_end_matches('_')
                ),
            );
        } else if let Some(first) = seen.insert(method, &field.ident) {
            errors.error_at(field.constant.span(), format!("the path of `{first}` has this name already: `#[chakra(path = other_name)]`"));
        }
    }
}
