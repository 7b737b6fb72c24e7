//! Rules of the options of an index: what the server refuses together, and what would do nothing.

use super::collation::check_collation;
use crate::{
    ctxt::Ctxt,
    ir::{IndexIr, KeyForm, ModelIr},
};

/// Of `orphans` on its own.
pub(super) const LIVES: &str =
    "the server deletes no documents here, so none is left behind: `orphans` goes with `expire_after`; remove it";

pub(super) fn check_options(model: &ModelIr, index: &IndexIr, errors: &Ctxt) {
    let options = &index.options;
    if let Some(mark) = options.sparse {
        // Each says by itself which documents are left out.
        let own = index.keys.iter().find(|key| matches!(key.form, KeyForm::Sphere | KeyForm::Wildcard));
        if options.partial.is_some() {
            errors.error_at(mark, "the server takes `sparse` or `partial`, not both: say in `partial` which documents the index has");
        } else if own.is_some() {
            errors.error_at(mark, "such an index leaves out documents without the field by itself; remove `sparse`");
        } else if index.unique && stores_null(model, index) {
            errors.error_at(mark, "a null is a value to a sparse index, and `null` stores one for each `None`: remove one of the two");
        }
    }
    if let Some(expiry) = &options.expire_after {
        match index.keys.as_slice() {
            [only] if only.form.is_ordered() => {
                let is_id = only.plain_field().and_then(|name| model.body.field(&name)).is_some_and(|field| field.id.is_some());
                if is_id {
                    errors.error_at(expiry.span, "the index of the id deletes no documents: put `expire_after` on the index of a date");
                }
            }
            [_] => errors.error_at(expiry.span, "`expire_after` goes by the order of dates: write `index(created_at, expire_after = …)`"),
            _ => errors.error_at(
                expiry.span,
                "`expire_after` goes by one date, and this index has several fields; make an index of the date alone",
            ),
        }
    }
    if let (Some(mark), None) = (options.orphans, &options.expire_after) {
        errors.error_at(mark, LIVES);
    }
    if let Some(collation) = &options.collation {
        check_collation(collation, errors);
    }
}

/// Whether a `None` of one of its fields is stored.
fn stores_null(model: &ModelIr, index: &IndexIr) -> bool {
    let fields = index.keys.iter().filter_map(|key| key.plain_field()).filter_map(|name| model.body.field(&name));
    fields.into_iter().any(|field| field.null.is_some())
}
