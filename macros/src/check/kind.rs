//! Rules of the kinds of an index: which fields each can keep, and beside which others. Whether a field is a place on the earth or a date is
//! asked of the compiler.

use crate::{
    ctxt::Ctxt,
    ir::{FieldIr, IndexIr, IndexKeyIr, KeyForm, ModelIr},
    shape::{DECIMALS, FLOATS, INTEGERS, LISTS, MOMENTS, OBJECT_IDS, TEXTS, arguments_of, is_named, present, spell, unboxed},
};

pub(super) fn check_kinds(model: &ModelIr, index: &IndexIr, errors: &Ctxt) {
    for key in &index.keys {
        let field = key.plain_field().and_then(|name| model.body.field(&name));
        match key.form {
            KeyForm::Ascending | KeyForm::Descending => continue,
            KeyForm::Hashed => check_hashed(key, field, errors),
            KeyForm::Wildcard => check_wildcard(index, key, field, errors),
            KeyForm::Sphere => {}
        }
        // Two values may have one hash, and two places one cell.
        if index.unique {
            let fault = format!("only an index in order can be unique, and {} is none: write `index(…)`", named(key.form));
            errors.error(&key.segments[0], fault);
        }
    }
    // Of each the server takes one, and of hashes none beside another special kind.
    let mut special = index.keys.iter().filter(|key| matches!(key.form, KeyForm::Hashed | KeyForm::Wildcard));
    if let (Some(first), Some(second)) = (special.next(), special.next()) {
        let fault = format!("an index has one key of this kind, and `{}` is {} already; make two indexes", first.path(), named(first.form));
        errors.error(&second.segments[0], fault);
    }
    let has = |form: KeyForm| index.keys.iter().find(|key| key.form == form);
    if let (Some(sphere), Some(other)) = (has(KeyForm::Sphere), has(KeyForm::Hashed).or(has(KeyForm::Wildcard))) {
        let fault = format!("a place does not stand beside {}; make two indexes", named(other.form));
        errors.error(&sphere.segments[0], fault);
    }
}

/// The server has one hash for each document.
fn check_hashed(key: &IndexKeyIr, field: Option<&FieldIr>, errors: &Ctxt) {
    // A list of bytes is one value.
    if let Some(field) = field
        && arguments_of(unboxed(present(&field.ty)), LISTS).first().is_some_and(|item| !is_named(item, &["u8"]))
    {
        let fault =
            format!("a hashed index has one value of each document, and `{}` is a list; keep its items in order: `index`", key.path());
        errors.error(&key.segments[0], fault);
    }
}

/// It is over paths below the field, which a value that is no document has not.
fn check_wildcard(index: &IndexIr, key: &IndexKeyIr, field: Option<&FieldIr>, errors: &Ctxt) {
    const FLAT: &[&[&str]] = &[INTEGERS, FLOATS, TEXTS, OBJECT_IDS, MOMENTS, DECIMALS, &["bool", "Uuid", "Binary"]];
    if let Some(field) = field
        && FLAT.iter().any(|names| is_named(unboxed(present(&field.ty)), names))
    {
        let fault =
            format!("a wildcard index is over the paths below a field, and `{}` has none below it; write `index`", spell(&field.ty));
        errors.error(&key.segments[0], fault);
    }
    let below = format!("{}.", key.path());
    if let Some(inside) = index.keys.iter().find(|other| other.path().starts_with(&below)) {
        let fault = format!("`{}` is among the paths of the wildcard `{}` already; remove one of the two", inside.path(), key.path());
        errors.error(&inside.segments[0], fault);
    }
}

fn named(form: KeyForm) -> &'static str {
    match form {
        KeyForm::Ascending | KeyForm::Descending => "a key in order",
        KeyForm::Hashed => "a hashed key",
        KeyForm::Sphere => "a `2dsphere` key",
        KeyForm::Wildcard => "a wildcard",
    }
}
