//! What all derives share: the item's name, its form, the path of the crate, `rename_all`, and the walk over its fields.

use super::attribute::Entry;
use crate::{
    ctxt::Ctxt,
    ir::{Form, HeadIr, Mark},
    naming::RenameRule,
    suggest::suggest_or_list,
};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Data, DeriveInput, Field, Fields, GenericParam, parse_quote};

/// The head of a model of one shape, which has no parameters.
pub(super) fn parse_model_head(input: &DeriveInput, entries: &[Entry], errors: &Ctxt) -> HeadIr {
    let unreadable = refuse_other_items(input, "Model", errors);
    parse_head(input, entries, "models", unreadable, errors)
}

/// The head of a composite of one shape, of which types and constants may be parameters.
pub(super) fn parse_composite_head(input: &DeriveInput, entries: &[Entry], errors: &Ctxt) -> HeadIr {
    let unreadable = refuse_other_items(input, "Composite", errors);
    let mut head = parse_open_head(input, entries, unreadable, errors);
    if let Some(lifetime) = input.generics.lifetimes().next() {
        errors.error(lifetime, "a composite owns what it holds, so it has no lifetime; what borrows is a `View`");
        head.form = Form::Generic;
    }
    head
}

/// The head of a view, which may borrow from one thing: the bytes of the document.
pub(super) fn parse_view_head(input: &DeriveInput, entries: &[Entry], errors: &Ctxt) -> HeadIr {
    let unreadable = refuse_other_items(input, "View", errors);
    let mut head = parse_open_head(input, entries, unreadable, errors);
    let generics = &input.generics;
    let refused = generics.params.iter().find(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
    let refused = refused.or_else(|| generics.params.iter().nth(1)).map(ToTokens::to_token_stream);
    if let Some(tokens) = refused.or_else(|| generics.where_clause.as_ref().map(ToTokens::to_token_stream)) {
        errors.error(tokens, "a view has one lifetime at most, that of the bytes from which it borrows, and no other parameters");
        head.form = Form::Generic;
    }
    head
}

/// True, and reported, for what has no named fields.
fn refuse_other_items(input: &DeriveInput, derive: &str, errors: &Ctxt) -> bool {
    let message = match &input.data {
        Data::Struct(data) if matches!(data.fields, Fields::Named(_)) => return false,
        Data::Struct(_) => format!(
            "`{derive}` needs a struct with named fields, which become the fields of the document: write `struct {} {{ … }}`",
            input.ident
        ),
        Data::Enum(_) => format!("`{derive}` needs a struct with named fields; an enum stands in a field of one"),
        Data::Union(_) => format!("`{derive}` needs a struct with named fields; a union cannot be stored"),
    };
    errors.error(&input.ident, message);
    true
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

/// The head of what has no parameters.
pub(super) fn parse_head(input: &DeriveInput, entries: &[Entry], plural: &str, unreadable: bool, errors: &Ctxt) -> HeadIr {
    let mut head = parse_open_head(input, entries, unreadable, errors);
    if !input.generics.params.is_empty() || input.generics.where_clause.is_some() {
        errors.error(&input.generics, format!("generic {plural} are not supported yet; name the types"));
        head.form = Form::Generic;
    }
    head
}

fn parse_open_head(input: &DeriveInput, entries: &[Entry], unreadable: bool, errors: &Ctxt) -> HeadIr {
    let form = if unreadable { Form::Unreadable } else { Form::Whole };
    let crate_path = entries
        .iter()
        .find(|entry| entry.word == "crate")
        .and_then(|entry| entry.parse_path("some::path", errors))
        .unwrap_or_else(|| parse_quote!(::chakra));
    HeadIr { ident: input.ident.clone(), vis: input.vis.clone(), crate_path, form }
}

/// `rename_all = "…"`
pub(crate) fn parse_rename_all(entries: &[Entry], errors: &Ctxt) -> Option<RenameRule> {
    parse_rename(entries, "rename_all", errors)
}

/// The rule in `word = "…"`.
pub(super) fn parse_rename(entries: &[Entry], word: &str, errors: &Ctxt) -> Option<RenameRule> {
    let name = entries.iter().find(|entry| entry.word == word)?.parse_text(errors)?;
    let rule = RenameRule::SPELLINGS.iter().find(|(spelling, _)| *spelling == name.text).map(|(_, rule)| *rule);
    if rule.is_none() {
        let known: Vec<&str> = RenameRule::SPELLINGS.iter().map(|(spelling, _)| *spelling).collect();
        errors.error_at(name.span, format!("unknown rule `{}`; {}", name.text, suggest_or_list(&name.text, &known)));
    }
    rule
}

/// Where a word stands that says something by being there.
pub(super) fn flag_of(entries: &[Entry], word: &str, errors: &Ctxt) -> Mark {
    entries.iter().find(|entry| entry.word == word)?.parse_flag(errors)
}

/// The named fields of a struct; none for anything else, which the head has reported.
pub(crate) fn named_fields(input: &DeriveInput) -> Vec<(&Ident, &Field)> {
    match &input.data {
        Data::Struct(data) => data.fields.iter().filter_map(|field| Some((field.ident.as_ref()?, field))).collect(),
        _ => Vec::new(),
    }
}
