//! Rules of collections that are not plain: what a time series goes by, and which indexes the server makes in each.

use super::{options::LIVES, relation::unknown_field};
use crate::{
    ctxt::Ctxt,
    facts::plain,
    ir::{FieldIr, KeyForm, ModelIr, NativeForm, StorageForm, TimeSeriesIr},
    shape::{MOMENTS, is_named, is_option, spell},
};
use proc_macro2::Ident;

pub(super) fn check_storage(model: &ModelIr, errors: &Ctxt) {
    if let Some(second) = model.storage.get(1) {
        errors.error_at(second.span, "a collection is `capped`, `clustered` or `timeseries`; keep one");
    }
    for storage in model.storage.iter().take(1) {
        match &storage.form {
            StorageForm::Capped { .. } => check_capped(model, errors),
            StorageForm::Clustered => {}
            StorageForm::TimeSeries(series) => check_time_series(model, series, errors),
        }
    }
}

/// Documents go in the order in which they came, and before 7.1 for no other reason.
fn check_capped(model: &ModelIr, errors: &Ctxt) {
    for index in &model.declared_indexes() {
        if let Some(expiry) = &index.options.expire_after {
            errors.error_at(
                expiry.span,
                "a capped collection drops its oldest documents for new ones, and deletes none by a date; remove one",
            );
        }
    }
}

fn check_time_series(model: &ModelIr, series: &TimeSeriesIr, errors: &Ctxt) {
    if let Some(field) = find(model, &series.time, errors) {
        check_time(field, &series.time, errors);
    }
    if let Some(meta) = &series.meta
        && let Some(field) = find(model, meta, errors)
    {
        // Measurements are put together by what the field says of their source.
        if field.id.is_some() || *meta == series.time {
            errors.error(meta, "`meta` is a field of its own, which says whose measurement it is: neither the id nor the time");
        }
    }
    if let (Some(mark), None) = (series.orphans, series.expire_after) {
        errors.error_at(mark, LIVES);
    }
    check_indexes(model, series, errors);
}

/// The server refuses a document without a date there.
fn check_time(field: &FieldIr, named: &Ident, errors: &Ctxt) {
    let is_date = match field.form() {
        Some(form) => form == NativeForm::Date,
        None => is_named(&field.ty, MOMENTS),
    };
    if !is_date || is_option(&field.ty) || field.id.is_some() {
        errors.error(
            named,
            format!(
                "every measurement has a time, which is a date and not the id: write `{}: DateTime<Utc>`, not `{}`",
                field.ident,
                spell(&field.ty)
            ),
        );
    }
}

fn find<'a>(model: &'a ModelIr, named: &Ident, errors: &Ctxt) -> Option<&'a FieldIr> {
    let name = plain(named);
    let field = model.body.field(&name);
    if field.is_none() {
        errors.error(named, unknown_field(model, &name));
    }
    field
}

/// The server keeps measurements in bundles, and indexes those.
fn check_indexes(model: &ModelIr, series: &TimeSeriesIr, errors: &Ctxt) {
    let meta = series.meta.as_ref().map(plain);
    for index in &model.resolved_indexes() {
        if index.unique {
            errors.error_at(
                index.span,
                "a time series keeps no values unique, not even those of the id; write `index`, or store it elsewhere",
            );
        }
        if let Some(expiry) = &index.options.expire_after {
            errors.error_at(expiry.span, "a time series expires as a whole: write `timeseries(…, expire_after = \"30d\")`");
        }
        let outside = index.keys.iter().find(|key| key.segments.first().map(plain) != meta);
        let Some(outside) = outside else { continue };
        if let Some(mark) = index.options.sparse {
            errors.error_at(mark, "in a time series `sparse` is for indexes of `meta` and what is below it; remove it");
        }
        if matches!(outside.form, KeyForm::Hashed | KeyForm::Wildcard) {
            errors
                .error(&outside.segments[0], "in a time series hashed and wildcard keys are on `meta` and what is below it; write `index`");
        }
    }
    for (span, kind) in model.texts.iter().map(|text| (text.span, "text")).chain(model.wildcards.iter().map(|all| (all.span, "wildcard"))) {
        errors.error_at(span, format!("the server makes no {kind} index in a time series; remove it"));
    }
}
