//! Rules of generators: one that fills a field with a value of another type would write documents that cannot be read.

use crate::{
    ctxt::Ctxt,
    ir::{DefaultValue, FieldIr, GeneratorIr, NativeForm},
    shape::{ANY, DECIMALS, FLOATS, INTEGERS, LISTS, MAPS, MOMENTS, OBJECT_IDS, TEXTS, is_named, present, spell},
};

pub(crate) fn check_generator(field: &FieldIr, errors: &Ctxt) {
    let Some(default) = &field.default else { return };
    let DefaultValue::Generated(generator) = default.value else { return };
    let (ident, ty, call) = (&field.ident, present(&field.ty), spelling(generator));
    if field.form() == Some(NativeForm::Serde) {
        errors.error_at(default.span, format!("`{call}` cannot know what serde makes of `{ident}`: write a value, or remove `serde`"));
        return;
    }
    if is_named(ty, &["String"]) {
        check_text(field, generator, errors);
        return;
    }
    let (form, fits): (_, &[&str]) = match generator {
        GeneratorIr::Now => ("DateTime<Utc>", MOMENTS),
        GeneratorIr::Uuid | GeneratorIr::UuidV7 => ("Uuid", &["Uuid"]),
        GeneratorIr::ObjectId => ("Id<…>", OBJECT_IDS),
        GeneratorIr::Cuid | GeneratorIr::Ulid | GeneratorIr::NanoId(_) => ("String", &[]),
    };
    let foreign: [&[&str]; 10] = [INTEGERS, FLOATS, TEXTS, LISTS, MAPS, OBJECT_IDS, MOMENTS, DECIMALS, ANY, &["bool", "Uuid", "Binary"]];
    if foreign.iter().any(|names| is_named(ty, names)) && !is_named(ty, fits) {
        errors.error_at(default.span, format!("`{call}` does not make a `{}`: write `{ident}: {form}`", spell(&field.ty)));
    }
}

/// Most values have a spelling, and a text holds it; but an ObjectId's only where it is stored as one, or the two would not be told apart.
fn check_text(field: &FieldIr, generator: GeneratorIr, errors: &Ctxt) {
    let Some(default) = &field.default else { return };
    let (ident, call) = (&field.ident, spelling(generator));
    let fault = match (generator, field.form()) {
        (GeneratorIr::ObjectId, Some(NativeForm::ObjectId)) => return,
        (GeneratorIr::ObjectId, _) => {
            format!("`{call}` makes an ObjectId, which a `String` holds with `as = \"object_id\"`: add that, or write `{ident}: Id<…>`")
        }
        (GeneratorIr::Now, _) => format!("`{call}` does not make a `{}`: write `{ident}: DateTime<Utc>`", spell(&field.ty)),
        (_, None | Some(NativeForm::String)) => return,
        (_, Some(form)) => format!("`{call}` makes a text, and `{ident}` is stored as {}: remove `{}`", form.stored(), form.attribute()),
    };
    errors.error_at(default.span, fault);
}

/// The call, as it is written.
fn spelling(generator: GeneratorIr) -> &'static str {
    match generator {
        GeneratorIr::Now => "now()",
        GeneratorIr::ObjectId => "auto()",
        GeneratorIr::Uuid => "uuid()",
        GeneratorIr::UuidV7 => "uuid_v7()",
        GeneratorIr::Cuid => "cuid()",
        GeneratorIr::Ulid => "ulid()",
        GeneratorIr::NanoId(_) => "nanoid()",
    }
}
