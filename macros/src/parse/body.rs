//! The fields of a struct, or of a variant, each as what it is to the document.

use super::field::Member;
use crate::ir::{BodyIr, RelationIr};
use proc_macro2::Ident;
use syn::Field;

/// The fields and the relations; `each` reads one.
pub(super) fn parse_body<'a>(
    fields: impl IntoIterator<Item = (&'a Ident, &'a Field)>,
    each: impl Fn(&Ident, &Field) -> Member,
) -> (BodyIr, Vec<RelationIr>) {
    let (mut body, mut relations) = (BodyIr::default(), Vec::new());
    for (ident, field) in fields {
        match each(ident, field) {
            Member::Stored(field) => body.fields.push(*field),
            Member::Flattened(flat) => body.flattened.push(*flat),
            Member::Extra(extra) => body.extras.push(*extra),
            Member::Unstored => body.unstored.push(ident.clone()),
            Member::Relation(relation) => {
                body.unstored.push(ident.clone());
                relations.push(*relation);
            }
        }
    }
    (body, relations)
}
