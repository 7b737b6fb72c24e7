//! The rules of a tagged union, and those that an embedded one shares with a model of several shapes.

use super::{
    composite::{OPERATORS, check_composite},
    names::check_stored_name,
};
use crate::{
    ctxt::Ctxt,
    facts::plain,
    ir::{ContentIr, Form, ShapeIr, UnionIr},
    shape::{ANY, DECIMALS, FLOATS, INTEGERS, LISTS, MAPS, MOMENTS, OBJECT_IDS, TEXTS, is_named, spell},
};
use std::collections::HashMap;
use syn::Type;

pub(crate) fn check_union(union: &UnionIr, errors: &Ctxt) {
    if union.head.form == Form::Unreadable {
        return;
    }
    check_shapes(union, errors);
    check_accessors(union, errors);
    for shape in &union.shapes {
        check_generated_name(union, shape, false, errors);
        match &shape.content {
            ContentIr::Fields(composite) => check_composite(composite, errors),
            ContentIr::Composite(ty) => check_content(shape, ty, errors),
        }
    }
}

/// The tag tells the variants apart, so each has a name of its own there, and nothing else stands under the tag's name.
pub(super) fn check_shapes(union: &UnionIr, errors: &Ctxt) {
    check_stored_name(&union.tag, false, errors);
    let mut seen = HashMap::new();
    for shape in &union.shapes {
        if let Some(first) = seen.insert(shape.stored.text.as_str(), &shape.ident) {
            errors.error_at(
                shape.stored.span,
                format!(
                    "`{}` is stored as \"{}\", and so is `{first}`: rename one with `#[chakra(name = \"…\")]`",
                    shape.ident, shape.stored.text
                ),
            );
        }
        for field in shape.fields().iter().filter(|field| field.stored.text == union.tag.text) {
            errors.error_at(
                field.stored.span,
                format!(
                    "`{}` is stored as \"{}\", where the tag keeps the name of the variant: rename one with `#[chakra(name = \"…\")]`",
                    field.ident, field.stored.text
                ),
            );
        }
    }
}

/// A type is generated for each variant, called as the enum and the variant, and beside it a trait and in a model a draft.
pub(super) fn check_generated_name(union: &UnionIr, shape: &ShapeIr, in_model: bool, errors: &Ctxt) {
    let name = plain(&shape.ident);
    let is_shape = |name: &str| union.shapes.iter().any(|other| other.ident == name && other.composite().is_some());
    let paths_of = name.strip_suffix("Paths").filter(|of| is_shape(of) || of.is_empty() && !in_model);
    let draft_of = name.strip_suffix("Draft").filter(|of| is_shape(of) && in_model);
    if let Some(of) = paths_of.or(draft_of)
        && shape.composite().is_some()
    {
        let owner = plain(&union.head.ident);
        errors.error(
            &shape.ident,
            format!("`{owner}{name}` is what is generated for the paths or the draft of `{owner}{of}`; give the variant another name"),
        );
    }
}

/// The path into a variant is a method beside the operators, and the operator would win without a word.
fn check_accessors(union: &UnionIr, errors: &Ctxt) {
    let mut seen = HashMap::new();
    for shape in &union.shapes {
        let name = plain(&shape.accessor);
        let span = shape.accessor.span();
        if OPERATORS.contains(&name.as_str()) {
            errors.error_at(
                span,
                format!(
                    "`{name}` is an operator of paths, so the path into `{}` needs another name: `#[chakra(path = {}_value)]`",
                    shape.ident,
                    name.trim_end_matches('_')
                ),
            );
        } else if let Some(first) = seen.insert(name.clone(), &shape.ident) {
            errors.error_at(
                span,
                format!(
                    "the path into `{first}` is called `{name}` already, so that into `{}` needs another name: \
                     `#[chakra(path = other_name)]`",
                    shape.ident
                ),
            );
        }
    }
}

/// Only a document has fields that can stand beside the tag.
fn check_content(shape: &ShapeIr, ty: &Type, errors: &Ctxt) {
    let scalars: [&[&str]; 10] =
        [INTEGERS, FLOATS, TEXTS, LISTS, MAPS, OBJECT_IDS, MOMENTS, DECIMALS, ANY, &["bool", "Uuid", "Binary", "Option", "Box", "Arc"]];
    if scalars.iter().any(|names| is_named(ty, names)) {
        errors.error(
            ty,
            format!(
                "what stands beside the tag are fields, and `{0}` has none: name it, as in `{1} {{ value: {0} }}`, or hold a `Composite`",
                spell(ty),
                shape.ident
            ),
        );
    }
}
