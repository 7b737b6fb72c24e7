//! Rules of limits: each is for values of one kind, and some value must be able to pass.

use crate::{
    ctxt::Ctxt,
    ir::{FieldIr, Limit, NativeForm},
    shape::{ANY, DECIMALS, FLOATS, INTEGERS, LISTS, MAPS, MOMENTS, OBJECT_IDS, TEXTS, is_named, present, spell, unboxed},
};
use syn::Type;

pub(crate) fn check_limits(field: &FieldIr, errors: &Ctxt) {
    let limits = &field.limits;
    let ty = unboxed(present(&field.ty));
    // A limit on a list or a map is not one on its items.
    let form = field.form().filter(|_| !is_one_of(ty, &[LISTS, MAPS]));
    for (word, limit) in [("min_length", &limits.min_length), ("max_length", &limits.max_length)] {
        if let Some(limit) = limit
            && let Some(what) = without_length(ty, form)
        {
            errors.error_at(limit.span, format!("`{word}` limits texts and lists, and {what} has no length; numbers take `min` and `max`"));
        }
    }
    for (word, limit) in [("min", &limits.min), ("max", &limits.max)] {
        let Some(limit) = limit else { continue };
        if is_one_of(ty, &[DECIMALS]) || form == Some(NativeForm::Decimal) {
            errors.error_at(
                limit.span,
                format!("`{word}` is not checked on a Decimal128: write a rule of your own, `validate = path::to::function`"),
            );
        } else if let Some(what) = without_order(ty, form) {
            errors.error_at(
                limit.span,
                format!("`{word}` limits numbers, and {what} is none; texts and lists take `min_length` and `max_length`"),
            );
        }
    }
    if let Some(pattern) = &limits.pattern
        && let Some(what) = without_text(ty, form)
    {
        errors.error_at(
            pattern.span,
            format!("`pattern` limits a text, and {what} is none; a rule of your own is `validate = path::to::function`"),
        );
    }
    check_range(&limits.min_length, &limits.max_length, "min_length", errors);
    check_range(&limits.min, &limits.max, "min", errors);
}

/// What the field is, if it has no length that a user could mean.
fn without_length(ty: &Type, form: Option<NativeForm>) -> Option<String> {
    match form {
        Some(NativeForm::String | NativeForm::Binary | NativeForm::Serde) => None,
        Some(form) => Some(form.stored().to_owned()),
        None => is_one_of(ty, &[INTEGERS, FLOATS, OBJECT_IDS, MAPS, MOMENTS, DECIMALS, ANY, &["bool", "Uuid"]]).then(|| quoted(ty)),
    }
}

/// What the field is, if it is no number.
fn without_order(ty: &Type, form: Option<NativeForm>) -> Option<String> {
    match form {
        Some(NativeForm::Serde) => None,
        Some(form) if !matches!(form, NativeForm::Long | NativeForm::Double) => Some(form.stored().to_owned()),
        _ => is_one_of(ty, &[TEXTS, LISTS, MAPS, OBJECT_IDS, MOMENTS, ANY, &["bool", "Uuid", "Binary"]]).then(|| quoted(ty)),
    }
}

/// What the field is, if it is no text.
fn without_text(ty: &Type, form: Option<NativeForm>) -> Option<String> {
    match form {
        Some(NativeForm::String | NativeForm::Serde) => None,
        Some(form) => Some(form.stored().to_owned()),
        None => {
            let others = [INTEGERS, FLOATS, LISTS, MAPS, OBJECT_IDS, MOMENTS, DECIMALS, ANY, &["bool", "Uuid", "Binary"]];
            is_one_of(ty, &others).then(|| quoted(ty))
        }
    }
}

fn is_one_of(ty: &Type, names: &[&[&str]]) -> bool {
    names.iter().any(|names| is_named(ty, names))
}

fn quoted(ty: &Type) -> String {
    format!("`{}`", spell(ty))
}

/// No value could ever pass.
fn check_range<T: PartialOrd>(least: &Option<Limit<T>>, most: &Option<Limit<T>>, word: &str, errors: &Ctxt) {
    if let (Some(least), Some(most)) = (least, most)
        && least.value > most.value
    {
        errors.error_at(least.span, format!("`{word}` is above its maximum, so no value would pass; swap the two"));
    }
}
