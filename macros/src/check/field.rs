//! Rules of one stored field, in a model and in a composite: `null`, defaults, limits. They go by the spelling of the type and refuse only
//! what is surely wrong.

use crate::{
    ctxt::Ctxt,
    ir::{DefaultValue, FieldIr, Limit},
    shape::{FLOATS, INTEGERS, LISTS, MAPS, OBJECT_IDS, TEXTS, is_named, is_option, present, spell},
};

pub(crate) fn check_field(field: &FieldIr, errors: &Ctxt) {
    // Only `None` can be stored as null; nothing else ever is.
    if let Some(mark) = field.null
        && !is_option(&field.ty)
    {
        errors.error_at(
            mark,
            format!("`null` says how `None` is stored: write `{}: Option<{}>`, or remove it", field.ident, spell(&field.ty)),
        );
    }
    check_generator(field, errors);
    check_limits(field, errors);
}

/// A generator that fills a field with a value of another type would write documents that cannot be read.
fn check_generator(field: &FieldIr, errors: &Ctxt) {
    let Some(default) = &field.default else { return };
    let (call, form, fits): (_, _, &[&str]) = match default.value {
        DefaultValue::Now => ("now()", "DateTime<Utc>", &[]),
        DefaultValue::Uuid => ("uuid()", "Uuid", &[]),
        DefaultValue::ObjectId => ("auto()", "Id<…>", OBJECT_IDS),
        DefaultValue::Constant(_) | DefaultValue::Computed(_) => return,
    };
    let ty = present(&field.ty);
    let foreign: [&[&str]; 7] = [INTEGERS, FLOATS, TEXTS, LISTS, MAPS, OBJECT_IDS, &["bool"]];
    if foreign.iter().any(|names| is_named(ty, names)) && !is_named(ty, fits) {
        errors.error_at(default.span, format!("`{call}` does not make a `{}`: write `{}: {form}`", spell(&field.ty), field.ident));
    }
}

fn check_limits(field: &FieldIr, errors: &Ctxt) {
    let limits = &field.limits;
    let ty = present(&field.ty);
    // Of these types none has a length that a user could mean.
    let without_length = [INTEGERS, FLOATS, OBJECT_IDS, MAPS, &["bool", "DateTime", "Uuid", "Decimal128", "Document", "Bson"]];
    for (word, limit) in [("min_length", &limits.min_length), ("max_length", &limits.max_length)] {
        if let Some(limit) = limit
            && without_length.iter().any(|names| is_named(ty, names))
        {
            errors.error_at(
                limit.span,
                format!("`{word}` limits texts and lists, and `{}` has no length; numbers take `min` and `max`", spell(ty)),
            );
        }
    }
    // And these are not numbers.
    let without_order = [TEXTS, LISTS, MAPS, OBJECT_IDS, &["bool", "DateTime", "Uuid", "Decimal128", "Document", "Bson"]];
    for (word, limit) in [("min", &limits.min), ("max", &limits.max)] {
        if let Some(limit) = limit
            && without_order.iter().any(|names| is_named(ty, names))
        {
            errors.error_at(
                limit.span,
                format!("`{word}` limits numbers, and `{}` is none; texts and lists take `min_length` and `max_length`", spell(ty)),
            );
        }
    }
    check_range(&limits.min_length, &limits.max_length, "min_length", errors);
    check_range(&limits.min, &limits.max, "min", errors);
}

/// No value could ever pass.
fn check_range<T: PartialOrd>(least: &Option<Limit<T>>, most: &Option<Limit<T>>, word: &str, errors: &Ctxt) {
    if let (Some(least), Some(most)) = (least, most)
        && least.value > most.value
    {
        errors.error_at(least.span, format!("`{word}` is above its maximum, so no value would pass; swap the two"));
    }
}
