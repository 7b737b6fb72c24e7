//! Rules of one stored field, in a model, a composite and a view: `null`, `as` and `serde`; defaults and limits are in files of their own.
//! They go by the spelling of the type and refuse only what is surely wrong.

use super::{generator::check_generator, limit::check_limits};
use crate::{
    ctxt::Ctxt,
    ir::{FieldIr, NativeForm, NativeIr},
    shape::{is_named, is_option, map_innermost, spell},
};
use std::cell::Cell;

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
    if let Some(native) = field.native {
        check_native(field, native, errors);
    }
    check_generator(field, errors);
    check_limits(field, errors);
}

/// Whether a type has the form is asked of the compiler. These are fields that the library writes itself, and containers that it cannot
/// look into.
fn check_native(field: &FieldIr, native: NativeIr, errors: &Ctxt) {
    let (ident, attribute) = (&field.ident, native.form.attribute());
    let filled = if field.version.is_some() {
        Some("`version` is stored as an Int64, which every write raises")
    } else if field.auto_increment.is_some() && native.form != NativeForm::Long {
        Some("the numbers of a sequence are stored as Int32 or Int64")
    } else if field.updated_at.is_some() && native.form == NativeForm::Serde {
        Some("the library writes `updated_at` itself, and knows nothing of serde")
    } else {
        None
    };
    if let Some(reason) = filled {
        errors.error_at(native.span, format!("{reason}: remove `{attribute}` from `{ident}`"));
    }
    // A set that serde writes is a value like any other.
    let in_set = Cell::new(false);
    map_innermost(&field.ty, &|inner| {
        in_set.set(is_named(inner, &["HashSet", "BTreeSet"]));
        inner.clone()
    });
    if in_set.get() && native.form != NativeForm::Serde {
        errors.error_at(native.span, format!("`{attribute}` reaches into lists and maps, not into sets: write `{ident}: Vec<…>`"));
    }
}
