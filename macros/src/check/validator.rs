//! Rules of models of which the server checks the documents: it must be able to, and a pattern must mean there what it means here.
//!
//! The patterns of composites are looked at when the application connects: a derive cannot see them.

use crate::{
    ctxt::Ctxt,
    facts::server_pattern,
    ir::{FieldIr, ModelIr, StorageForm},
};

/// `fields` are all of the model's own, each once.
pub(super) fn check_validator<'a>(model: &ModelIr, fields: impl IntoIterator<Item = &'a FieldIr>, errors: &Ctxt) {
    let Some(mark) = model.validator else { return };
    if model.storage.iter().any(|storage| matches!(storage.form, StorageForm::TimeSeries(_))) {
        errors.error_at(mark, "the server checks no documents of a time series; remove `validator`, the client checks the limits");
    }
    if !model.sync {
        errors.error_at(mark, "`validator` is set by `Db::sync`, which `sync = false` keeps away from the collection; remove one");
    }
    for limits in fields.into_iter().map(|field| &field.limits) {
        let longest = limits.max_length.as_ref().map(|limit| limit.value);
        if let Some(pattern) = &limits.pattern
            && let Err(reason) = server_pattern(&pattern.text, longest)
        {
            errors.error_at(
                pattern.span,
                format!("in a model with `validator` a pattern must mean the same in Rust and on the server: {reason}"),
            );
        }
    }
}
