//! A field with `relation = …`.

use super::attribute::{Entry, Value};
use crate::{
    ctxt::Ctxt,
    ir::{ActionIr, Holds, Name, RelationIr, RelationKind},
    shape::{argument_of, map_innermost, name_self, spell},
    suggest::suggest_or_list,
};
use proc_macro2::{Ident, Span};
use syn::{Field, Type};

/// The relation, or nothing where its kind or its type cannot be read.
pub(crate) fn parse_relation(ident: &Ident, field: &Field, owner: &Ident, entries: &[Entry], errors: &Ctxt) -> Option<RelationIr> {
    let mut kind = None;
    let mut constant = ident.clone();
    let mut foreign_key = None;
    let mut references = None;
    let mut ids = None;
    let mut inverse_ids = None;
    let mut inverse_of = None;
    let mut on_delete = None;
    let mut on_update = None;
    let mut unindexed = None;
    for entry in entries {
        match entry.word {
            "relation" => kind = parse_kind(entry, errors),
            "foreign_key" => foreign_key = entry.parse_key("author_id", errors),
            "references" => references = entry.parse_name("username", errors),
            "ids" => ids = entry.parse_key("category_ids", errors),
            "inverse_ids" => inverse_ids = entry.parse_key("post_ids", errors),
            "inverse_of" => inverse_of = entry.parse_name("author", errors),
            "on_delete" => on_delete = parse_action(entry, errors),
            "on_update" => on_update = parse_action(entry, errors),
            "index" if matches!(entry.value, Value::Is(_)) => {
                unindexed = (entry.parse_bool(errors) == Some(false)).then(|| entry.key.span());
            }
            "path" => constant = entry.parse_ident("other_name", errors).unwrap_or(constant),
            _ => refuse_storage_word(entry, errors),
        }
    }
    let related = name_self(&field.ty, owner);
    let holds = parse_related(&related);
    if holds.is_none() {
        errors.error(
            &field.ty,
            format!(
                "a relation is loaded on demand, so its type is `Related<…>`: write `{ident}: Related<{}>`",
                spell(&unrelated(&field.ty))
            ),
        );
    }
    let (kind, kind_span) = kind?;
    let (holds, target) = holds?;
    Some(RelationIr {
        ident: ident.clone(),
        vis: field.vis.clone(),
        constant,
        kind,
        kind_span,
        target: target.clone(),
        holds,
        ty: related,
        foreign_key,
        references,
        ids,
        inverse_ids,
        inverse_of,
        on_delete,
        on_update,
        unindexed,
    })
}

fn parse_kind(entry: &Entry, errors: &Ctxt) -> Option<(RelationKind, Span)> {
    const KINDS: [(&str, RelationKind); 4] = [
        ("OneToOne", RelationKind::OneToOne),
        ("OneToMany", RelationKind::OneToMany),
        ("ManyToOne", RelationKind::ManyToOne),
        ("ManyToMany", RelationKind::ManyToMany),
    ];
    let Name { text, span } = entry.parse_name("OneToMany", errors)?;
    let kind = KINDS.iter().find(|(spelling, _)| *spelling == text).map(|(_, kind)| (*kind, span));
    if kind.is_none() {
        let known = KINDS.map(|(spelling, _)| spelling);
        errors.error_at(span, format!("unknown kind of relation `{text}`; {}", suggest_or_list(&text, &known)));
    }
    kind
}

fn parse_action(entry: &Entry, errors: &Ctxt) -> Option<(ActionIr, Span)> {
    const ACTIONS: [(&str, ActionIr); 4] = [
        ("Cascade", ActionIr::Cascade),
        ("Restrict", ActionIr::Restrict),
        ("SetNull", ActionIr::SetNull),
        ("NoAction", ActionIr::NoAction),
    ];
    let Name { text, span } = entry.parse_name("Cascade", errors)?;
    let action = ACTIONS.iter().find(|(spelling, _)| *spelling == text).map(|(_, action)| (*action, span));
    if action.is_none() {
        let known = ACTIONS.map(|(spelling, _)| spelling);
        errors.error_at(span, format!("unknown action `{text}` of `{}`; {}", entry.key, suggest_or_list(&text, &known)));
    }
    action
}

/// What `Related<…>` holds, and the model.
fn parse_related(ty: &Type) -> Option<(Holds, &Type)> {
    let held = argument_of(ty, "Related")?;
    Some(match (argument_of(held, "Option"), argument_of(held, "Vec")) {
        (Some(target), _) => (Holds::Optional, target),
        (None, Some(target)) => (Holds::Many, target),
        (None, None) => (Holds::One, held),
    })
}

/// The type without a `Related` inside of a list or an `Option`, which belongs around it.
fn unrelated(ty: &Type) -> Type {
    map_innermost(ty, &|inner| argument_of(inner, "Related").unwrap_or(inner).clone())
}

fn refuse_storage_word(entry: &Entry, errors: &Ctxt) {
    errors.error(
        &entry.key,
        format!(
            "a relation is not stored, so `{}` means nothing here; it may stand on the key, beside `relation` stand only \
             `foreign_key`, `references`, `ids`, `inverse_ids`, `inverse_of`, `on_delete`, `on_update`, `index = false` and `path`",
            entry.key
        ),
    );
}
