//! `#[derive(View)]` to [`ViewIr`].

use super::{
    attribute::parse_entries,
    body::parse_body,
    field::parse_view_field,
    head::{named_fields, parse_rename_all, parse_view_head},
    vocabulary,
};
use crate::{ctxt::Ctxt, ir::ViewIr};
use proc_macro2::Ident;
use syn::{DeriveInput, Field};

pub(crate) fn parse_view(input: &DeriveInput, errors: &Ctxt) -> ViewIr {
    let entries = parse_entries(&input.attrs, &vocabulary::VIEW, errors);
    let head = parse_view_head(input, &entries, errors);
    let rename = parse_rename_all(&entries, errors);
    let each = |ident: &Ident, field: &Field| parse_view_field(ident, field, &head.ident, rename, errors);
    let (body, _) = parse_body(named_fields(input), each);
    let lifetime = input.generics.lifetimes().next().map(|parameter| parameter.lifetime.clone());
    ViewIr { head, lifetime, body }
}
