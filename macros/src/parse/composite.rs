//! `#[derive(Composite)]` on a struct to [`CompositeIr`].

use super::{
    attribute::parse_entries,
    body::parse_body,
    field::parse_composite_field,
    head::{flag_of, named_fields, parse_composite_head, parse_rename_all},
    vocabulary,
};
use crate::{ctxt::Ctxt, ir::CompositeIr, shape::name_self};
use proc_macro2::Ident;
use quote::quote;
use syn::{DeriveInput, Field};

pub(crate) fn parse_composite(input: &DeriveInput, errors: &Ctxt) -> CompositeIr {
    let input = &name_arguments(input);
    let entries = parse_entries(&input.attrs, &vocabulary::COMPOSITE, errors);
    let head = parse_composite_head(input, &entries, errors);
    let rename = parse_rename_all(&entries, errors);
    let each = |ident: &Ident, field: &Field| parse_composite_field(ident, field, &head.ident, rename, errors);
    let (mut body, _) = parse_body(named_fields(input), each);
    body.deny_unknown = flag_of(&entries, "deny_unknown", errors);
    CompositeIr { generics: input.generics.clone(), head, body }
}

/// A `Self` with parameters, named before the fields are read: the name alone would not be the type.
fn name_arguments(input: &DeriveInput) -> DeriveInput {
    if input.generics.params.is_empty() {
        return input.clone();
    }
    let (ident, (_, arguments, _)) = (&input.ident, input.generics.split_for_impl());
    let arguments = arguments.as_turbofish();
    name_self(input, quote!(#ident #arguments))
}
