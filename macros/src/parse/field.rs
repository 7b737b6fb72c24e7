//! A field of a model, a composite or a view: stored, not stored, spread among the others, or a relation (which `relation` reads).

use super::{
    attribute::{Entry, Value, parse_entries},
    default::parse_default,
    index::parse_field_index,
    limit::{parse_pattern, parse_rule},
    native::add_native,
    relation::parse_relation,
    vocabulary,
};
use crate::{
    ctxt::Ctxt,
    ir::{ExtraIr, FieldIndexIr, FieldIr, FlatIr, LimitsIr, Name, OptionsIr, RelationIr},
    naming::RenameRule,
    shape::{MAPS, argument_of, arguments_of, is_named, name_self, spell},
};
use proc_macro2::{Ident, Span};
use syn::{Field, Type, ext::IdentExt};

/// What a field of a struct is to the document.
pub(crate) enum Member {
    Stored(Box<FieldIr>),
    /// A composite whose fields stand among the others.
    Flattened(Box<FlatIr>),
    /// What keeps the fields that nobody declares.
    Extra(Box<ExtraIr>),
    /// Skipped, or a relation that could not be read.
    Unstored,
    Relation(Box<RelationIr>),
}

pub(crate) fn parse_model_field(ident: &Ident, field: &Field, owner: &Ident, rename: Option<RenameRule>, errors: &Ctxt) -> Member {
    let entries = parse_entries(&field.attrs, &vocabulary::MODEL_FIELD, errors);
    if let Some(special) = parse_special(ident, field, owner, &entries, errors) {
        return special;
    }
    if entries.iter().any(|entry| entry.word == "relation") {
        return match parse_relation(ident, field, owner, &entries, errors) {
            Some(relation) => Member::Relation(Box::new(relation)),
            None => Member::Unstored,
        };
    }
    // It could be a relation of any kind, and is never a value of its own.
    if argument_of(&field.ty, "Related").is_some() {
        errors.error(
            &field.ty,
            format!(
                "`{ident}` is `Related`, so it must say how: `#[chakra(relation = OneToMany, foreign_key = …)]`, \
                 or `OneToOne`, `ManyToOne`, `ManyToMany`"
            ),
        );
        return Member::Unstored;
    }
    Member::Stored(Box::new(parse_stored(ident, field, owner, &entries, rename, errors)))
}

pub(crate) fn parse_composite_field(ident: &Ident, field: &Field, owner: &Ident, rename: Option<RenameRule>, errors: &Ctxt) -> Member {
    let entries = parse_entries(&field.attrs, &vocabulary::COMPOSITE_FIELD, errors);
    if let Some(special) = parse_special(ident, field, owner, &entries, errors) {
        return special;
    }
    if argument_of(&field.ty, "Related").is_some() {
        errors.error(&field.ty, "only a model has relations; keep the key and the relation on the model");
        return Member::Unstored;
    }
    Member::Stored(Box::new(parse_stored(ident, field, owner, &entries, rename, errors)))
}

pub(crate) fn parse_view_field(ident: &Ident, field: &Field, owner: &Ident, rename: Option<RenameRule>, errors: &Ctxt) -> Member {
    let entries = parse_entries(&field.attrs, &vocabulary::VIEW_FIELD, errors);
    if let Some(special) = parse_special(ident, field, owner, &entries, errors) {
        return special;
    }
    if argument_of(&field.ty, "Related").is_some() {
        errors.error(&field.ty, "a view reads what is stored in the document, and a relation is not; read its key instead");
        return Member::Unstored;
    }
    Member::Stored(Box::new(parse_stored(ident, field, owner, &entries, rename, errors)))
}

/// A field with no name of its own in the document.
fn parse_special(ident: &Ident, field: &Field, owner: &Ident, entries: &[Entry], errors: &Ctxt) -> Option<Member> {
    let special = |word: &str| entries.iter().find(|entry| entry.word == word);
    if let Some(skip) = special("skip") {
        skip.parse_flag(errors);
        // Every other attribute speaks of how the field is stored.
        refuse_others(entries, &["skip"], "a skipped field is not stored", errors);
        return Some(Member::Unstored);
    }
    if let Some(flatten) = special("flatten") {
        let mark = flatten.parse_flag(errors).unwrap_or_else(|| flatten.key.span());
        refuse_others(entries, &["flatten", "path"], "a flattened composite is stored as its fields, which say for themselves", errors);
        let constant = special("path").and_then(|entry| entry.parse_ident("other_name", errors));
        return Some(Member::Flattened(Box::new(FlatIr {
            ident: ident.clone(),
            vis: field.vis.clone(),
            constant: constant.unwrap_or_else(|| ident.clone()),
            ty: name_self(&field.ty, owner),
            mark,
        })));
    }
    let extra = special("extra")?;
    let mark = extra.parse_flag(errors).unwrap_or_else(|| extra.key.span());
    refuse_others(entries, &["extra"], "the fields that nobody declares have their own names and values", errors);
    Some(parse_extra(ident, field, mark, errors))
}

/// Any field may come, so each is kept as it is.
fn parse_extra(ident: &Ident, field: &Field, mark: Span, errors: &Ctxt) -> Member {
    if !keeps_any(&field.ty) {
        errors.error(
            &field.ty,
            format!(
                "`extra` keeps whatever else is stored, and `{}` does not: write `{ident}: Document`, or `HashMap<String, Bson>`",
                spell(&field.ty)
            ),
        );
        return Member::Unstored;
    }
    Member::Extra(Box::new(ExtraIr { ident: ident.clone(), vis: field.vis.clone(), ty: field.ty.clone(), mark }))
}

fn keeps_any(ty: &Type) -> bool {
    match arguments_of(ty, MAPS).as_slice() {
        [key, value, ..] => is_named(key, &["String"]) && is_named(value, &["Bson"]),
        _ => is_named(ty, &["Document"]),
    }
}

fn refuse_others(entries: &[Entry], words: &[&str], reason: &str, errors: &Ctxt) {
    for entry in entries.iter().filter(|entry| !words.contains(&entry.word)) {
        errors.error(&entry.key, format!("{reason}, so `{}` means nothing; remove one of the two", entry.key));
    }
}

pub(super) fn parse_stored(
    ident: &Ident,
    field: &Field,
    owner: &Ident,
    entries: &[Entry],
    rename: Option<RenameRule>,
    errors: &Ctxt,
) -> FieldIr {
    let name = ident.unraw().to_string();
    let mut stored = FieldIr {
        ident: ident.clone(),
        vis: field.vis.clone(),
        ty: name_self(&field.ty, owner),
        stored: Name { text: rename.map_or_else(|| name.clone(), |rule| rule.apply(&name)), span: ident.span() },
        renamed: None,
        constant: ident.clone(),
        id: None,
        auto_increment: None,
        updated_at: None,
        version: None,
        null: None,
        index: None,
        default: None,
        native: None,
        limits: LimitsIr::default(),
    };
    for entry in entries {
        match entry.word {
            "id" => stored.id = entry.parse_flag(errors),
            "auto_increment" => stored.auto_increment = entry.parse_flag(errors),
            "updated_at" => stored.updated_at = entry.parse_flag(errors),
            "version" => stored.version = entry.parse_flag(errors),
            "null" => stored.null = entry.parse_flag(errors),
            "name" => stored.renamed = entry.parse_text(errors),
            "path" => stored.constant = entry.parse_ident("other_name", errors).unwrap_or_else(|| ident.clone()),
            "default" => stored.default = parse_default(entry, &field.ty, owner, errors),
            "as" | "serde" => add_native(&mut stored, entry, errors),
            "min_length" => stored.limits.min_length = entry.parse_length(errors),
            "max_length" => stored.limits.max_length = entry.parse_length(errors),
            "min" => stored.limits.min = entry.parse_number(errors),
            "max" => stored.limits.max = entry.parse_number(errors),
            "pattern" => stored.limits.pattern = parse_pattern(entry, errors),
            "validate" => stored.limits.validate = parse_rule(entry, owner, errors),
            "unique" | "index" => add_index(&mut stored, entry, owner, errors),
            // The rest are the words of a relation.
            _ => refuse_relation_word(entry, errors),
        }
    }
    if stored.id.is_some() {
        stored.stored.text = String::from("_id");
    } else if let Some(name) = &stored.renamed {
        stored.stored = name.clone();
    }
    stored
}

/// `unique` and `index` together are one index, which is unique, with the options of both.
fn add_index(field: &mut FieldIr, entry: &Entry, owner: &Ident, errors: &Ctxt) {
    if let Value::Is(_) = entry.value {
        let form = format!("`{0} = …` is not supported yet; write `#[chakra({0})]` or `#[chakra({0}(direction = desc))]`", entry.key);
        return errors.error(&entry.key, form);
    }
    let unique = entry.word == "unique";
    let new = || FieldIndexIr { unique, form: None, options: OptionsIr::default(), span: entry.key.span() };
    let index = field.index.get_or_insert_with(new);
    index.unique |= unique;
    if let Value::List(list) = &entry.value {
        parse_field_index(index, entry, list, owner, errors);
    }
}

fn refuse_relation_word(entry: &Entry, errors: &Ctxt) {
    errors.error(
        &entry.key,
        format!(
            "`{}` belongs to a relation: it stands beside `relation = …` on a field of type `Related<…>`, not on the key itself",
            entry.key
        ),
    );
}
