//! `#[derive(Composite)]` to [`CompositeIr`].

use super::{
    attribute::parse_entries,
    field::{Member, parse_composite_field},
    head::{named_fields, parse_rename_all, parse_struct_head},
    vocabulary,
};
use crate::{
    ctxt::Ctxt,
    ir::{BodyIr, CompositeIr},
};
use syn::DeriveInput;

pub(crate) fn parse_composite(input: &DeriveInput, errors: &Ctxt) -> CompositeIr {
    let entries = parse_entries(&input.attrs, &vocabulary::COMPOSITE, errors);
    let head = parse_struct_head(input, &entries, "Composite", errors);
    let rename = parse_rename_all(&entries, errors);
    let mut body = BodyIr { fields: Vec::new(), unstored: Vec::new() };
    for (ident, field) in named_fields(input) {
        match parse_composite_field(ident, field, &head.ident, rename, errors) {
            Member::Stored(field) => body.fields.push(*field),
            Member::Unstored | Member::Relation(_) => body.unstored.push(ident.clone()),
        }
    }
    CompositeIr { head, body }
}
