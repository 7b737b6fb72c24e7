//! `#[derive(Model)]` on an enum to [`UnionModelIr`]: its variants, and what they declare alike.

use super::{
    attribute::{Entry, Value, parse_entries},
    declared::{Declared, parse_declared},
    field::{Member, parse_model_field},
    union::{is_plain, parse_shapes, parse_tag, parse_union_head, variants_of},
    vocabulary,
};
use crate::{
    ctxt::Ctxt,
    facts::plain,
    ir::{BodyIr, FieldIr, Form, IndexIr, IndexKeyIr, KeyForm, ModelIr, Name, ShapeIr, UnionIr, UnionModelIr},
    naming::RenameRule,
    shape::{argument_of, spell},
};
use proc_macro2::Ident;
use quote::ToTokens;
use std::collections::HashMap;
use syn::{DeriveInput, Field, Fields, Variant};

pub(crate) fn parse_union_model(input: &DeriveInput, errors: &Ctxt) -> UnionModelIr {
    let entries = parse_entries(&input.attrs, &vocabulary::UNION_MODEL, errors);
    let union = parse_variants(input, &entries, errors);
    let Declared { collection, indexes, texts, wildcards, storage, validator, sync } = parse_declared(&entries, &input.ident, errors);
    let body = BodyIr { fields: common_fields(input, &union.shapes), ..BodyIr::default() };
    let mut model = UnionModelIr {
        common: ModelIr {
            head: union.head.clone(),
            collection,
            body,
            relations: Vec::new(),
            indexes,
            texts,
            wildcards,
            storage,
            validator,
            paths: None,
            sync,
        },
        union,
    };
    let own = indexes_of_variants(&model);
    model.common.indexes.extend(own);
    model
}

fn parse_variants(input: &DeriveInput, entries: &[Entry], errors: &Ctxt) -> UnionIr {
    let mut head = parse_union_head(input, entries, "models", errors);
    if head.form == Form::Whole && is_plain(input) {
        errors.error(
            &input.ident,
            "`Model` needs fields: an enum of plain variants derives `Enum` and stands in a field of a model; a model of several shapes \
             names the fields of each variant",
        );
        head.form = Form::Unreadable;
    }
    if head.form == Form::Unreadable {
        return UnionIr { tag: Name { text: String::from("kind"), span: head.ident.span() }, head, shapes: Vec::new() };
    }
    let tag = parse_tag(input, entries, errors);
    for variant in variants_of(input) {
        refuse_without_id(input, variant, errors);
    }
    parse_shapes(input, head, tag, entries, parse_shape_field, errors)
}

/// Only named fields can have the id among them.
fn refuse_without_id(input: &DeriveInput, variant: &Variant, errors: &Ctxt) {
    let more = match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => ", …",
        // Reported as what has no names.
        Fields::Unnamed(_) => return,
        fields if fields.is_empty() => "",
        _ => return,
    };
    let (owner, name) = (&input.ident, &variant.ident);
    errors.error(name, format!("every document of a model has an id: write `{name} {{ #[chakra(id)] id: Id<{owner}>{more} }}`"));
}

/// A relation is loaded into a field that every document has, and here none is known to.
fn parse_shape_field(ident: &Ident, field: &Field, owner: &Ident, rename: Option<RenameRule>, errors: &Ctxt) -> Member {
    if argument_of(&field.ty, "Related").is_some() {
        errors.error(&field.ty, "a model of several shapes has no relations; keep the key as a field, and look up by it");
        return Member::Unstored;
    }
    parse_model_field(ident, field, owner, rename, errors)
}

/// The fields that every variant declares alike: the same name, type and attributes, and stored under the same name.
fn common_fields(input: &DeriveInput, shapes: &[ShapeIr]) -> Vec<FieldIr> {
    let declared: Vec<HashMap<String, String>> = variants_of(input).map(declarations).collect();
    let Some((first, others)) = shapes.split_first() else { return Vec::new() };
    let is_common = |field: &&FieldIr| {
        let name = plain(&field.ident);
        others.iter().enumerate().all(|(index, other)| {
            let twin = other.fields().iter().find(|twin| twin.ident == field.ident);
            twin.is_some_and(|twin| twin.stored.text == field.stored.text) && declared[index + 1].get(&name) == declared[0].get(&name)
        })
    };
    first.fields().iter().filter(is_common).cloned().collect()
}

/// How each field is declared.
fn declarations(variant: &Variant) -> HashMap<String, String> {
    variant.fields.iter().filter_map(|field| Some((plain(field.ident.as_ref()?), declaration(field)))).collect()
}

/// The type and the attributes, these in any order.
fn declaration(field: &Field) -> String {
    // What is wrong with them is reported where the field is read.
    let silent = Ctxt::new();
    let entries = parse_entries(&field.attrs, &vocabulary::MODEL_FIELD, &silent);
    let _ = silent.finish();
    let mut words: Vec<String> = entries
        .iter()
        .map(|entry| match &entry.value {
            Value::Flag => entry.word.to_owned(),
            Value::Is(value) => format!("{} = {}", entry.word, value.to_token_stream()),
            Value::List(list) => format!("{}({})", entry.word, list.tokens),
        })
        .collect();
    words.sort();
    format!("{} {}", spell(&field.ty), words.join(", "))
}

/// `unique` and `index` on a field of some variants only: over the path through the variant.
fn indexes_of_variants(model: &UnionModelIr) -> Vec<IndexIr> {
    let own = model.union.shapes.iter().flat_map(|shape| shape.fields().iter().map(move |field| (shape, field)));
    let own = own.filter(|(_, field)| !model.is_common(field));
    own.filter_map(|(shape, field)| {
        let index = field.index.as_ref()?;
        let form = index.form.unwrap_or(KeyForm::Ascending);
        let key = IndexKeyIr { segments: vec![shape.accessor.clone(), field.constant.clone()], form };
        Some(IndexIr { keys: vec![key], unique: index.unique, accessor: None, options: index.options.clone(), span: index.span })
    })
    .collect()
}
