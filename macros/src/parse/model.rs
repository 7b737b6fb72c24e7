//! `#[derive(Model)]` on a struct to [`ModelIr`].

use super::{
    attribute::parse_entries,
    body::parse_body,
    declared::{Declared, parse_declared},
    field::parse_model_field,
    head::{flag_of, named_fields, parse_model_head, parse_rename_all},
    vocabulary,
};
use crate::{ctxt::Ctxt, ir::ModelIr};
use proc_macro2::Ident;
use syn::{DeriveInput, Field};

pub(crate) fn parse_model(input: &DeriveInput, errors: &Ctxt) -> ModelIr {
    let entries = parse_entries(&input.attrs, &vocabulary::MODEL, errors);
    let head = parse_model_head(input, &entries, errors);
    let rename = parse_rename_all(&entries, errors);
    let Declared { collection, indexes, texts, wildcards, storage, validator, sync } = parse_declared(&entries, &head.ident, errors);
    let paths = entries.iter().find(|entry| entry.word == "paths").and_then(|entry| entry.parse_ident("UserPaths", errors));
    let each = |ident: &Ident, field: &Field| parse_model_field(ident, field, &head.ident, rename, errors);
    let (mut body, relations) = parse_body(named_fields(input), each);
    body.deny_unknown = flag_of(&entries, "deny_unknown", errors);
    ModelIr { head, collection, body, relations, indexes, texts, wildcards, storage, validator, paths, sync }
}
