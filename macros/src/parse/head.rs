//! What the three derives share: the item's name, its form, the path of the crate, `rename_all`, and the walk over its fields.

use super::attribute::Entry;
use crate::{
    ctxt::Ctxt,
    ir::{Form, HeadIr},
    naming::RenameRule,
    suggest::suggest_or_list,
};
use proc_macro2::Ident;
use syn::{Data, DeriveInput, Field, Fields, Generics, parse_quote};

/// The head of a model or composite, which must be a struct with named fields.
pub(crate) fn parse_struct_head(input: &DeriveInput, entries: &[Entry], derive: &str, errors: &Ctxt) -> HeadIr {
    let fault = match &input.data {
        Data::Struct(data) if matches!(data.fields, Fields::Named(_)) => None,
        Data::Struct(_) => Some(format!(
            "`{derive}` needs a struct with named fields, which become the fields of the document: write `struct {} {{ … }}`",
            input.ident
        )),
        Data::Enum(_) if derive == "Composite" => {
            Some(String::from("tagged unions are not supported yet; an enum of plain variants derives `Enum`"))
        }
        Data::Enum(_) => Some(String::from(
            "`Model` needs a struct with named fields; an enum of plain variants derives `Enum` and stands in a field of a model",
        )),
        Data::Union(_) => Some(format!("`{derive}` needs a struct with named fields; a union cannot be stored")),
    };
    if let Some(message) = &fault {
        errors.error(&input.ident, message);
    }
    let unreadable = fault.is_some();
    parse_head(input, entries, if derive == "Model" { "models" } else { "composites" }, unreadable, errors)
}

/// The head of an enum.
pub(crate) fn parse_enum_head(input: &DeriveInput, entries: &[Entry], errors: &Ctxt) -> HeadIr {
    let unreadable = match &input.data {
        Data::Enum(data) if data.variants.is_empty() => {
            // There would be no value to store, and none that could be read.
            errors.error(&input.ident, "an `Enum` needs at least one variant");
            true
        }
        Data::Enum(_) => false,
        _ => {
            errors.error(&input.ident, "`Enum` is for an enum of plain variants; a struct derives `Composite` or `Model`");
            true
        }
    };
    parse_head(input, entries, "enums", unreadable, errors)
}

fn parse_head(input: &DeriveInput, entries: &[Entry], plural: &str, unreadable: bool, errors: &Ctxt) -> HeadIr {
    let mut form = if unreadable { Form::Unreadable } else { Form::Whole };
    if is_generic(&input.generics) {
        errors.error(&input.generics, format!("generic {plural} are not supported yet; name the types"));
        form = Form::Generic;
    }
    let crate_path = entries
        .iter()
        .find(|entry| entry.word == "crate")
        .and_then(|entry| entry.parse_path("some::path", errors))
        .unwrap_or_else(|| parse_quote!(::chakra));
    HeadIr { ident: input.ident.clone(), vis: input.vis.clone(), crate_path, form }
}

fn is_generic(generics: &Generics) -> bool {
    !generics.params.is_empty() || generics.where_clause.is_some()
}

/// `rename_all = "…"`
pub(crate) fn parse_rename_all(entries: &[Entry], errors: &Ctxt) -> Option<RenameRule> {
    let name = entries.iter().find(|entry| entry.word == "rename_all")?.parse_text(errors)?;
    let rule = RenameRule::SPELLINGS.iter().find(|(spelling, _)| *spelling == name.text).map(|(_, rule)| *rule);
    if rule.is_none() {
        let known: Vec<&str> = RenameRule::SPELLINGS.iter().map(|(spelling, _)| *spelling).collect();
        errors.error_at(name.span, format!("unknown rule `{}`; {}", name.text, suggest_or_list(&name.text, &known)));
    }
    rule
}

/// The named fields of a struct; none for anything else, which the head has reported.
pub(crate) fn named_fields(input: &DeriveInput) -> Vec<(&Ident, &Field)> {
    match &input.data {
        Data::Struct(data) => data.fields.iter().filter_map(|field| Some((field.ident.as_ref()?, field))).collect(),
        _ => Vec::new(),
    }
}
