//! `#[derive(Enum)]` to [`EnumIr`].

use super::{
    attribute::parse_entries,
    head::{parse_enum_head, parse_rename_all},
    vocabulary,
};
use crate::{
    ctxt::Ctxt,
    ir::{EnumIr, Name, VariantIr},
    naming::RenameRule,
};
use syn::{Data, DeriveInput, Fields, Variant, ext::IdentExt};

pub(crate) fn parse_enum(input: &DeriveInput, errors: &Ctxt) -> EnumIr {
    let entries = parse_entries(&input.attrs, &vocabulary::ENUM, errors);
    let head = parse_enum_head(input, &entries, errors);
    let rename = parse_rename_all(&entries, errors);
    let variants = match &input.data {
        Data::Enum(data) => data.variants.iter().map(|variant| parse_variant(variant, rename, errors)).collect(),
        _ => Vec::new(),
    };
    EnumIr { head, variants }
}

fn parse_variant(variant: &Variant, rename: Option<RenameRule>, errors: &Ctxt) -> VariantIr {
    // A plain variant is its name; data would need a document with a tag.
    if !matches!(variant.fields, Fields::Unit) {
        errors.error(&variant.ident, "an `Enum` has plain variants only; tagged unions (`Composite` on an enum) are not supported yet");
    }
    let entries = parse_entries(&variant.attrs, &vocabulary::VARIANT, errors);
    let name = entries.iter().find(|entry| entry.word == "name").and_then(|entry| entry.parse_text(errors));
    let stored = name.unwrap_or_else(|| {
        let name = variant.ident.unraw().to_string();
        Name { text: rename.map_or_else(|| name.clone(), |rule| rule.apply(&name)), span: variant.ident.span() }
    });
    VariantIr { ident: variant.ident.clone(), stored }
}
