//! `as = "…"` and `serde`.

use super::attribute::Entry;
use crate::{
    ctxt::Ctxt,
    ir::{FieldIr, Name, NativeForm, NativeIr},
    suggest::suggest_or_list,
};

/// Notes on the field what it is stored as, unless something else is said already.
pub(super) fn add_native(field: &mut FieldIr, entry: &Entry, errors: &Ctxt) {
    let native = match entry.word {
        "serde" => entry.parse_flag(errors).map(|span| NativeIr { form: NativeForm::Serde, span }),
        _ => parse_native(entry, errors),
    };
    let Some(native) = native else { return };
    match field.native {
        None => field.native = Some(native),
        Some(_) => errors.error_at(native.span, format!("`as` and `serde` both say how `{}` is stored; keep one", field.ident)),
    }
}

fn parse_native(entry: &Entry, errors: &Ctxt) -> Option<NativeIr> {
    let Name { text, span } = entry.parse_name("\"long\"", errors)?;
    let form = NativeForm::SPELLINGS.iter().find(|(spelling, _)| *spelling == text).map(|(_, form)| *form);
    if form.is_none() {
        let known: Vec<&str> = NativeForm::SPELLINGS.iter().map(|(spelling, _)| *spelling).collect();
        errors.error_at(span, format!("unknown stored type `{text}`; {}", suggest_or_list(&text, &known)));
    }
    form.map(|form| NativeIr { form, span })
}
