//! `#[derive(Model)]` on a struct to [`ModelIr`].

use super::{
    attribute::parse_entries,
    body::parse_body,
    field::parse_model_field,
    head::{flag_of, named_fields, parse_model_head, parse_rename_all},
    index::parse_index,
    text::parse_text,
    vocabulary,
};
use crate::{
    ctxt::Ctxt,
    ir::{ModelIr, Name},
    naming::default_collection,
};
use proc_macro2::Ident;
use syn::{DeriveInput, Field, ext::IdentExt};

pub(crate) fn parse_model(input: &DeriveInput, errors: &Ctxt) -> ModelIr {
    let entries = parse_entries(&input.attrs, &vocabulary::MODEL, errors);
    let head = parse_model_head(input, &entries, errors);
    let rename = parse_rename_all(&entries, errors);
    let (mut collection, mut indexes, mut texts, mut paths, mut sync) = (None, Vec::new(), Vec::new(), None, true);
    for entry in &entries {
        match entry.word {
            "collection" => collection = entry.parse_text(errors),
            "index" | "unique" => indexes.extend(parse_index(entry, errors)),
            "text" => texts.push(parse_text(entry, errors)),
            "paths" => paths = entry.parse_ident("UserPaths", errors),
            "sync" => sync = entry.parse_bool(errors).unwrap_or(true),
            _ => {}
        }
    }
    let collection =
        collection.unwrap_or_else(|| Name { text: default_collection(&head.ident.unraw().to_string()), span: head.ident.span() });
    let each = |ident: &Ident, field: &Field| parse_model_field(ident, field, &head.ident, rename, errors);
    let (mut body, relations) = parse_body(named_fields(input), each);
    body.deny_unknown = flag_of(&entries, "deny_unknown", errors);
    ModelIr { head, collection, body, relations, indexes, texts, paths, sync }
}
