//! `#[derive(Model)]` to [`ModelIr`].

use super::{
    attribute::parse_entries,
    field::{Member, parse_model_field},
    head::{named_fields, parse_rename_all, parse_struct_head},
    index::parse_index,
    vocabulary,
};
use crate::{
    ctxt::Ctxt,
    ir::{BodyIr, ModelIr, Name},
    naming::default_collection,
};
use syn::{DeriveInput, ext::IdentExt};

pub(crate) fn parse_model(input: &DeriveInput, errors: &Ctxt) -> ModelIr {
    let entries = parse_entries(&input.attrs, &vocabulary::MODEL, errors);
    let head = parse_struct_head(input, &entries, "Model", errors);
    let rename = parse_rename_all(&entries, errors);
    let mut collection = None;
    let mut indexes = Vec::new();
    for entry in &entries {
        match entry.word {
            "collection" => collection = entry.parse_text(errors),
            "index" | "unique" => indexes.extend(parse_index(entry, errors)),
            _ => {}
        }
    }
    let collection =
        collection.unwrap_or_else(|| Name { text: default_collection(&head.ident.unraw().to_string()), span: head.ident.span() });
    let mut body = BodyIr { fields: Vec::new(), unstored: Vec::new() };
    let mut relations = Vec::new();
    for (ident, field) in named_fields(input) {
        match parse_model_field(ident, field, &head.ident, rename, errors) {
            Member::Stored(field) => body.fields.push(*field),
            Member::Unstored => body.unstored.push(ident.clone()),
            Member::Relation(relation) => {
                body.unstored.push(ident.clone());
                relations.push(*relation);
            }
        }
    }
    ModelIr { head, collection, body, relations, indexes }
}
