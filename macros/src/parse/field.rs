//! A field of a model or composite: stored, not stored, or a relation (which `relation` reads).

use super::{
    attribute::{Entry, Value, parse_entries},
    default::parse_default,
    index::parse_field_index,
    relation::parse_relation,
    vocabulary,
};
use crate::{
    ctxt::Ctxt,
    ir::{FieldIndexIr, FieldIr, LimitsIr, Name, RelationIr},
    naming::RenameRule,
    shape::{argument_of, name_self},
};
use proc_macro2::Ident;
use syn::{Field, ext::IdentExt};

/// What a field of a struct is to the document.
pub(crate) enum Member {
    Stored(Box<FieldIr>),
    /// Skipped, or a relation that could not be read.
    Unstored,
    Relation(Box<RelationIr>),
}

pub(crate) fn parse_model_field(ident: &Ident, field: &Field, owner: &Ident, rename: Option<RenameRule>, errors: &Ctxt) -> Member {
    let entries = parse_entries(&field.attrs, &vocabulary::MODEL_FIELD, errors);
    if let Some(skipped) = parse_skip(&entries, errors) {
        return skipped;
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
    if let Some(skipped) = parse_skip(&entries, errors) {
        return skipped;
    }
    if argument_of(&field.ty, "Related").is_some() {
        errors.error(&field.ty, "only a model has relations; keep the key and the relation on the model");
        return Member::Unstored;
    }
    Member::Stored(Box::new(parse_stored(ident, field, owner, &entries, rename, errors)))
}

fn parse_skip(entries: &[Entry], errors: &Ctxt) -> Option<Member> {
    let skip = entries.iter().find(|entry| entry.word == "skip")?;
    skip.parse_flag(errors);
    // Every other attribute speaks of how the field is stored.
    for entry in entries.iter().filter(|entry| entry.word != "skip") {
        errors.error(&entry.key, format!("a skipped field is not stored, so `{}` means nothing; remove one of the two", entry.key));
    }
    Some(Member::Unstored)
}

fn parse_stored(ident: &Ident, field: &Field, owner: &Ident, entries: &[Entry], rename: Option<RenameRule>, errors: &Ctxt) -> FieldIr {
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
            "default" => stored.default = parse_default(entry, owner, errors),
            "min_length" => stored.limits.min_length = entry.parse_length(errors),
            "max_length" => stored.limits.max_length = entry.parse_length(errors),
            "min" => stored.limits.min = entry.parse_number(errors),
            "max" => stored.limits.max = entry.parse_number(errors),
            "unique" | "index" => add_index(&mut stored, entry, errors),
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

/// `unique` and `index` together are one index, which is unique; the direction is that of whichever names one.
fn add_index(field: &mut FieldIr, entry: &Entry, errors: &Ctxt) {
    let Some(direction) = parse_field_index(entry, errors) else { return };
    let unique = entry.word == "unique";
    let index = field.index.get_or_insert(FieldIndexIr { unique, direction, span: entry.key.span() });
    index.unique |= unique;
    if matches!(entry.value, Value::List(_)) {
        index.direction = direction;
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
