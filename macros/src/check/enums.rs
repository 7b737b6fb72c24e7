//! The rules of an enum.

use crate::{
    ctxt::Ctxt,
    ir::{DiscriminantIr, EnumIr, OtherIr, ReprIr},
    shape::{FLOATS, INTEGERS, LISTS, MAPS, OBJECT_IDS, is_named, is_option, spell},
};
use std::collections::HashMap;

pub(crate) fn check_enum(declared: &EnumIr, errors: &Ctxt) {
    match declared.repr {
        None => check_names(declared, errors),
        Some(repr) => check_numbers(declared, repr, errors),
    }
    check_others(declared, errors);
}

/// Two variants under one text could be written, but only one of them read.
fn check_names(declared: &EnumIr, errors: &Ctxt) {
    let mut seen = HashMap::new();
    for variant in &declared.variants {
        if let Some(first) = seen.insert(variant.stored.text.as_str(), &variant.ident) {
            errors.error_at(
                variant.stored.span,
                format!(
                    "`{}` is stored as \"{}\", and so is `{first}`: rename one with `#[chakra(name = \"…\")]`",
                    variant.ident, variant.stored.text
                ),
            );
        }
        if let Some(value) = &variant.value {
            errors.error_at(
                value.span,
                "this enum is stored by name, so a number means nothing: write `#[chakra(repr = i32)]` on the enum, or remove `value`",
            );
        }
    }
}

fn check_numbers(declared: &EnumIr, repr: ReprIr, errors: &Ctxt) {
    // A name would never be seen.
    let renamed = declared.variants.iter().map(|variant| ("name", variant.renamed));
    for (word, mark) in std::iter::once(("rename_all", declared.rename_all)).chain(renamed) {
        if let Some(mark) = mark {
            errors.error_at(mark, format!("this enum is stored by number, so `{word}` means nothing; remove it, or remove `repr`"));
        }
    }
    // Without it the numbers that follow are not known either.
    let mut known = true;
    for variant in &declared.variants {
        if let (None, Some(DiscriminantIr::Computed(span))) = (variant.value, variant.discriminant) {
            errors.error_at(span, "a derive cannot compute a number: write it out with `#[chakra(value = 3)]` on the variant");
            known = false;
        }
    }
    if !known {
        return;
    }
    let mut seen = HashMap::new();
    for (variant, number) in declared.variants.iter().zip(declared.numbers()) {
        if !repr.range().contains(&number.value) {
            let cure = match repr {
                ReprIr::Int32 => "write `repr = i64`, or a smaller number",
                ReprIr::Int64 => "BSON has no larger numbers",
            };
            errors.error_at(number.span, format!("{} is no `{}`: {cure}", number.value, repr.spelling()));
        }
        if let Some(first) = seen.insert(number.value, &variant.ident) {
            errors.error_at(
                number.span,
                format!("`{}` is stored as {}, and so is `{first}`: number one with `#[chakra(value = 3)]`", variant.ident, number.value),
            );
        }
    }
}

fn check_others(declared: &EnumIr, errors: &Ctxt) {
    let mut others = declared.others.iter();
    let Some(first) = others.next() else { return };
    if declared.variants.is_empty() {
        errors.error_at(first.mark, "without a plain variant every value is another one; a field of that type says so by itself");
    }
    check_kept(declared.repr, first, errors);
    for second in others {
        errors.error_at(second.mark, format!("`{}` keeps all other values already; one of the two would never be read", first.ident));
    }
}

/// What was stored must fit.
fn check_kept(repr: Option<ReprIr>, other: &OtherIr, errors: &Ctxt) {
    let (ident, found) = (&other.ident, spell(&other.ty));
    match repr {
        Some(repr) if !is_named(&other.ty, &[repr.spelling()]) => {
            errors.error(&other.ty, format!("this enum is stored by number, so `other` keeps one: write `{ident}({})`", repr.spelling()));
        }
        Some(_) => {}
        None => {
            let foreign = [INTEGERS, FLOATS, LISTS, MAPS, OBJECT_IDS, &["bool", "char", "DateTime", "Uuid", "Document", "Bson"]];
            if is_option(&other.ty) || foreign.iter().any(|names| is_named(&other.ty, names)) {
                errors.error(
                    &other.ty,
                    format!("this enum is stored by name, so `other` keeps a text and no `{found}`: write `{ident}(String)`"),
                );
            }
        }
    }
}
