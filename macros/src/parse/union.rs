//! `#[derive(Composite)]` on an enum to [`UnionIr`], and what is read of a variant that is a document.

use super::{
    attribute::{Entry, parse_entries},
    body::parse_body,
    enums::stored_name,
    field::{Member, parse_composite_field},
    head::{parse_head, parse_rename, parse_rename_all},
    vocabulary,
};
use crate::{
    ctxt::Ctxt,
    ir::{BodyIr, CompositeIr, ContentIr, HeadIr, Name, ShapeIr, UnionIr},
    naming::RenameRule,
    shape::name_self,
};
use heck::ToSnakeCase;
use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::{Data, DeriveInput, Field, Fields, Generics, Variant, ext::IdentExt};

/// What reads one field of a variant.
pub(super) type EachField = fn(&Ident, &Field, &Ident, Option<RenameRule>, &Ctxt) -> Member;

pub(crate) fn parse_union(input: &DeriveInput, errors: &Ctxt) -> UnionIr {
    let entries = parse_entries(&input.attrs, &vocabulary::UNION, errors);
    let head = parse_union_head(input, &entries, "tagged unions", errors);
    let tag = parse_tag(input, &entries, errors);
    parse_shapes(input, head, tag, &entries, parse_composite_field, errors)
}

/// The head of an enum whose variants are documents.
pub(super) fn parse_union_head(input: &DeriveInput, entries: &[Entry], plural: &str, errors: &Ctxt) -> HeadIr {
    let empty = variants_of(input).next().is_none();
    if empty {
        errors.error(&input.ident, "an enum without variants has no value that could be stored; add one");
    }
    parse_head(input, entries, plural, empty, errors)
}

pub(super) fn variants_of(input: &DeriveInput) -> impl Iterator<Item = &Variant> {
    let variants = match &input.data {
        Data::Enum(data) => Some(&data.variants),
        _ => None,
    };
    variants.into_iter().flatten()
}

/// True if no variant has data, so that the enum could be stored as a name.
pub(super) fn is_plain(input: &DeriveInput) -> bool {
    variants_of(input).all(|variant| matches!(variant.fields, Fields::Unit))
}

/// `tag = "kind"`. Where it is missing, the name that is shown stands in for it.
pub(super) fn parse_tag(input: &DeriveInput, entries: &[Entry], errors: &Ctxt) -> Name {
    let shown = || Name { text: String::from("kind"), span: input.ident.span() };
    if let Some(entry) = entries.iter().find(|entry| entry.word == "tag") {
        return entry.parse_text(errors).unwrap_or_else(shown);
    }
    // Without variants there is another message.
    if variants_of(input).next().is_none() {
        return shown();
    }
    let hint = if is_plain(input) { "; stored as that name alone it derives `Enum`" } else { "" };
    errors.error(&input.ident, format!("the name of the variant is stored in a field of its own: add `#[chakra(tag = \"kind\")]`{hint}"));
    shown()
}

pub(super) fn parse_shapes(input: &DeriveInput, head: HeadIr, tag: Name, entries: &[Entry], each: EachField, errors: &Ctxt) -> UnionIr {
    let rename = parse_rename_all(entries, errors);
    let rename_fields = parse_rename(entries, "rename_all_fields", errors);
    let shapes = variants_of(input).map(|variant| parse_shape(variant, &head, rename, rename_fields, each, errors)).collect();
    UnionIr { head, tag, shapes }
}

fn parse_shape(
    variant: &Variant,
    head: &HeadIr,
    rename: Option<RenameRule>,
    rename_fields: Option<RenameRule>,
    each: EachField,
    errors: &Ctxt,
) -> ShapeIr {
    let entries = parse_entries(&variant.attrs, &vocabulary::SHAPE, errors);
    let name = entries.iter().find(|entry| entry.word == "name").and_then(|entry| entry.parse_text(errors));
    let rename_own = parse_rename_all(&entries, errors);
    if let Some(entry) = entries.iter().find(|entry| entry.word == "rename_all")
        && !matches!(variant.fields, Fields::Named(_))
    {
        errors.error(&entry.key, format!("`rename_all` renames the fields of a variant, and `{}` names none; remove it", variant.ident));
    }
    let content = match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => parse_held(&fields.unnamed[0], head, errors),
        Fields::Unnamed(_) => {
            errors.error(
                &variant.ident,
                format!("the fields of a document have names: write `{0} {{ … }}`, or `{0}(…)` with one composite", variant.ident),
            );
            marker_of(variant, head, BodyIr::default())
        }
        Fields::Named(fields) => {
            let body = parse_fields(fields.named.iter(), head, rename_own.or(rename_fields), each, errors);
            marker_of(variant, head, body)
        }
        Fields::Unit => marker_of(variant, head, BodyIr::default()),
    };
    ShapeIr {
        ident: variant.ident.clone(),
        stored: name.unwrap_or_else(|| stored_name(variant, rename)),
        accessor: parse_accessor(variant, &entries, errors),
        content,
    }
}

/// `AttachmentPhoto`, with the fields of the variant.
fn marker_of(variant: &Variant, head: &HeadIr, body: BodyIr) -> ContentIr {
    let ident = format_ident!("{}{}", head.ident, variant.ident);
    ContentIr::Fields(Box::new(CompositeIr { head: HeadIr { ident, ..head.clone() }, generics: Generics::default(), body }))
}

/// The fields of a variant, which are as visible as the enum.
fn parse_fields<'a>(
    fields: impl Iterator<Item = &'a Field>,
    head: &HeadIr,
    rename: Option<RenameRule>,
    each: EachField,
    errors: &Ctxt,
) -> BodyIr {
    let fields: Vec<Field> = fields.map(|field| Field { vis: head.vis.clone(), ..field.clone() }).collect();
    let named = fields.iter().filter_map(|field| Some((field.ident.as_ref()?, field)));
    let (mut body, _) = parse_body(named, |ident, field| each(ident, field, &head.ident, rename, errors));
    for flat in std::mem::take(&mut body.flattened) {
        errors.error_at(flat.mark, "a variant cannot flatten a composite; hold it alone, as in `Photo(Photo)`, or keep it as a field");
        body.unstored.push(flat.ident);
    }
    for extra in std::mem::take(&mut body.extras) {
        errors.error_at(extra.mark, "a variant does not keep unknown fields, of which the tag would be one; remove this field");
        body.unstored.push(extra.ident);
    }
    body
}

/// The composite of a variant like `Photo(Photo)`.
fn parse_held(field: &Field, head: &HeadIr, errors: &Ctxt) -> ContentIr {
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("chakra")) {
        errors
            .error(attribute, "the fields of the composite stand beside the tag, and say for themselves how they are stored; remove this");
    }
    ContentIr::Composite(Box::new(name_self(&field.ty, &head.ident)))
}

/// The name of the path into a variant: the variant's in snake case, or that of `path = …`.
fn parse_accessor(variant: &Variant, entries: &[Entry], errors: &Ctxt) -> Ident {
    let given = entries.iter().find(|entry| entry.word == "path").and_then(|entry| entry.parse_ident("other_name", errors));
    given.unwrap_or_else(|| {
        let (name, span) = (variant.ident.unraw().to_string().to_snake_case(), variant.ident.span());
        if ["self", "super", "crate"].contains(&name.as_str()) {
            errors.error(
                &variant.ident,
                format!(
                    "no function is called `{name}`, so the path into `{}` needs another name: `#[chakra(path = {name}_)]`",
                    variant.ident
                ),
            );
        }
        function_name(&name, span).unwrap_or_else(|| variant.ident.clone())
    })
}

/// The name as an identifier, where it can be one.
fn function_name(name: &str, span: Span) -> Option<Ident> {
    if let Ok(mut ident) = syn::parse_str::<Ident>(name) {
        ident.set_span(span);
        return Some(ident);
    }
    let is_word = name.starts_with(|first: char| first.is_alphabetic());
    // A keyword, of which some cannot even be raw.
    (is_word && !["self", "super", "crate"].contains(&name)).then(|| Ident::new_raw(name, span))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_path_is_called_as_its_variant_in_snake_case() {
        for (variant, accessor) in
            [("Photo", "photo"), ("SignedIn", "signed_in"), ("Type", "r#type"), ("HTTPLog", "http_log"), ("_1", "_1")]
        {
            let (variant, errors) = (syn::parse_str::<Variant>(variant).unwrap(), Ctxt::new());
            assert_eq!(parse_accessor(&variant, &[], &errors).to_string(), accessor);
            errors.finish().unwrap();
        }
    }
}
