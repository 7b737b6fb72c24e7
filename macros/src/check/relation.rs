//! Rules of one relation: its kind, its type and its keys must tell the same story.

use crate::{
    ctxt::Ctxt,
    facts::{LinkIr, Start, plain},
    ir::{ActionIr, FieldIr, Holds, KeyIr, ModelIr, RelationIr, RelationKind},
    shape::{LISTS, is_named, is_option, present, spell, unboxed},
    suggest::suggest_or_list,
};
use heck::ToSnakeCase;

pub(crate) fn check_relation(model: &ModelIr, relation: &RelationIr, errors: &Ctxt) {
    check_holds(relation, errors);
    check_words(relation, errors);
    check_actions(model, relation, errors);
    check_unindexed(model, relation, errors);
    match model.link(relation) {
        Some(LinkIr::Here(key)) => check_key_here(model, relation, key, errors),
        Some(LinkIr::There(key)) => check_key_there(model, relation, key, errors),
        Some(LinkIr::Lists { ids, inverse }) => check_lists(model, relation, ids, inverse, errors),
        None => errors.error_at(
            relation.kind_span,
            format!("a `{0:?}` goes by a key: write `relation = {0:?}, foreign_key = {1}`", relation.kind, example_key(model, relation)),
        ),
    }
}

/// The type says how many are loaded, and the kind says how many there are.
fn check_holds(relation: &RelationIr, errors: &Ctxt) {
    let (name, target) = (&relation.ident, spell(&relation.target));
    match (relation.kind, relation.holds) {
        (RelationKind::OneToMany | RelationKind::ManyToMany, Holds::One | Holds::Optional) => {
            errors.error(&relation.ty, format!("a `{:?}` relates to many: write `{name}: Related<Vec<{target}>>`", relation.kind))
        }
        (RelationKind::OneToOne | RelationKind::ManyToOne, Holds::Many) => errors.error(
            &relation.ty,
            format!(
                "a `{:?}` relates to one: write `{name}: Related<{target}>`, or `Related<Option<{target}>>` where there may be none",
                relation.kind
            ),
        ),
        _ => {}
    }
}

/// One key belongs to a relation to one or of one; lists of ids belong to ManyToMany.
fn check_words(relation: &RelationIr, errors: &Ctxt) {
    if relation.kind == RelationKind::ManyToMany {
        if let Some(key) = &relation.foreign_key {
            errors.error_at(
                key.span,
                "a `ManyToMany` goes by lists of ids: write `ids = category_ids, inverse_ids = post_ids`, or one of the two",
            );
        }
        if let Some(field) = &relation.references {
            errors.error_at(field.span, "the lists of a `ManyToMany` hold ids, and reference no other field: leave `references` out");
        }
        return;
    }
    for ids in [&relation.ids, &relation.inverse_ids].into_iter().flatten() {
        errors.error_at(
            ids.span,
            format!("a `{0:?}` goes by a key, lists of ids belong to a `ManyToMany`: write `foreign_key = …`", relation.kind),
        );
    }
}

/// What becomes of a document is said where its key is, and a key that is always there cannot become `None`.
fn check_actions(model: &ModelIr, relation: &RelationIr, errors: &Ctxt) {
    let said = [("on_delete", relation.on_delete), ("on_update", relation.on_update)];
    let said = said.into_iter().filter_map(|(word, action)| Some((word, action?)));
    let target = spell(&relation.target);
    for (word, (action, span)) in said {
        match model.link(relation) {
            Some(LinkIr::Here(key)) => {
                if word == "on_update" && relation.references.is_none() {
                    errors.error_at(span, update_of_id(key, &target));
                } else if action == ActionIr::SetNull
                    && let Some(field) = model.body.field(&key.text)
                    && !is_option(&field.ty)
                {
                    let (name, ty) = (&field.ident, spell(&field.ty));
                    errors.error_at(
                        span,
                        format!(
                            "`{name}` is always there, so it cannot become `None`: write `{name}: Option<{ty}>`, or `{word} = Cascade`"
                        ),
                    );
                }
            }
            Some(LinkIr::There(key)) => errors.error_at(
                span,
                format!("`{word}` stands where the key is: write it beside the relation of `{target}` that goes by `{}`", key.text),
            ),
            Some(LinkIr::Lists { ids: Some(ids), .. }) if ids.is_part() && word == "on_update" => {
                errors.error_at(span, update_of_id(ids, &target));
            }
            // Of a list of composites each has a key; where it is a list of ids all the same, connecting says so.
            Some(LinkIr::Lists { ids: Some(ids), .. }) if ids.is_part() => {}
            // Whether the composites have one id each or lists of them is known to the other model alone.
            Some(LinkIr::Lists { ids: None, inverse: Some(key) }) if key.is_part() => errors.error_at(
                span,
                format!(
                    "`{word}` stands where the key is: write it beside the relation of `{target}` that goes by `{}`, where each composite \
                     has one id; beside a list of ids it is to be removed",
                    key.text
                ),
            ),
            Some(LinkIr::Lists { .. }) => errors.error_at(
                span,
                format!("`{word}` belongs to a key: a deleted document is always taken out of the lists that hold its id; remove it"),
            ),
            // The missing key is an error of its own.
            None => {}
        }
    }
}

/// The message for an action on the update of what never changes.
fn update_of_id(key: &KeyIr, target: &str) -> String {
    let rule = "an id never changes, so there is nothing to do on an update";
    format!("`{}` names the id of `{target}`, and {rule}; remove `on_update`", key.text)
}

/// The index of a key or list is left out where that is.
fn check_unindexed(model: &ModelIr, relation: &RelationIr, errors: &Ctxt) {
    let Some(span) = relation.unindexed else { return };
    let key = match model.link(relation) {
        Some(LinkIr::There(key)) | Some(LinkIr::Lists { ids: None, inverse: Some(key) }) => key,
        _ => return,
    };
    let target = spell(&relation.target);
    errors.error_at(
        span,
        format!("`index = false` stands where `{}` is: write it beside the relation of `{target}` that goes by it", key.text),
    );
}

/// The key is a field of this model, and whether it may be absent is told by the key and by the relation alike.
fn check_key_here(model: &ModelIr, relation: &RelationIr, key: &KeyIr, errors: &Ctxt) {
    if key.is_part() {
        check_part_here(model, relation, key, errors);
        return;
    }
    let Some(field) = model.body.field(&key.text) else {
        errors.error_at(key.span, unknown_field(model, &key.text));
        return;
    };
    check_default(relation, field, errors);
    let (name, target) = (&relation.ident, spell(&relation.target));
    match (is_option(&field.ty), relation.holds) {
        (true, Holds::One) => errors
            .error(&relation.ty, format!("`{}` may be `None`, and so may `{name}`: write `{name}: Related<Option<{target}>>`", key.text)),
        (false, Holds::Optional) => errors.error(
            &relation.ty,
            format!(
                "`{0}` is always there, and so is `{name}`: write `{name}: Related<{target}>`, or `{0}: Option<{1}>`",
                key.text,
                spell(&field.ty)
            ),
        ),
        _ => {}
    }
}

/// The key is a part of a composite of this model. What lies below the field is checked by the compiler, since the path itself is generated,
/// and when the application connects.
fn check_part_here(model: &ModelIr, relation: &RelationIr, key: &KeyIr, errors: &Ctxt) {
    let Some(field) = check_part(model, relation, key, errors) else { return };
    let (name, target, first) = (&relation.ident, spell(&relation.target), key.first());
    if is_named(present(unboxed(&field.ty)), LISTS) {
        let text = &key.text;
        errors.error_at(
            key.span,
            format!(
                "`{first}` is a list, and a `{:?}` goes by one key; the ids in a list are those of a `ManyToMany`: write \
                 `relation = ManyToMany, ids = {text}` and `{name}: Related<Vec<{target}>>`",
                relation.kind
            ),
        );
    } else if is_option(&field.ty) && relation.holds == Holds::One {
        errors.error(&relation.ty, format!("`{first}` may be `None`, and so may `{name}`: write `{name}: Related<Option<{target}>>`"));
    }
}

/// The field of which the key or list of ids is a part, unless it is a flattened composite.
fn check_part<'a>(model: &'a ModelIr, relation: &RelationIr, key: &KeyIr, errors: &Ctxt) -> Option<&'a FieldIr> {
    let first = key.first();
    match model.body.start(&first) {
        None => {
            errors.error_at(key.span, unknown_field(model, &first));
            None
        }
        Some(Start::Flat(_)) => None,
        Some(Start::Field(field)) => {
            check_default(relation, field, errors);
            Some(field)
        }
    }
}

/// The key is a field of the other model, where nobody may have set it to this one. What it references is a field of this one, and must name
/// one document.
fn check_key_there(model: &ModelIr, relation: &RelationIr, key: &KeyIr, errors: &Ctxt) {
    if let Some(name) = &relation.references {
        match model.body.field(&name.text) {
            None => errors.error_at(name.span, unknown_field(model, &name.text)),
            Some(field) if field.id.is_none() && !model.is_unique(field) => errors.error_at(
                name.span,
                format!(
                    "many documents may have the same `{0}`, so `{1}` of `{2}` cannot reference it: write `#[chakra(unique)]` on `{0}`",
                    name.text,
                    key.text,
                    spell(&relation.target)
                ),
            ),
            Some(_) => {}
        }
    }
    if relation.kind == RelationKind::OneToOne && relation.holds == Holds::One {
        let (name, target) = (&relation.ident, spell(&relation.target));
        errors.error(
            &relation.ty,
            format!(
                "`{}` is no field of `{}`, so it is one of `{target}`, and there may be none: write `{name}: Related<Option<{target}>>`, \
                 or add the key here",
                key.text, model.head.ident
            ),
        );
    }
}

/// At least one side keeps the ids; without any there is nothing to load by.
fn check_lists(model: &ModelIr, relation: &RelationIr, ids: Option<&KeyIr>, inverse: Option<&KeyIr>, errors: &Ctxt) {
    if ids.is_none() && inverse.is_none() && relation.foreign_key.is_none() {
        errors.error_at(
            relation.kind_span,
            "a `ManyToMany` goes by lists of ids: write `relation = ManyToMany, ids = category_ids, inverse_ids = post_ids`, \
             or one of the two",
        );
    }
    if let (Some(ids), Some(inverse)) = (ids, inverse)
        && let Some(part) = [ids, inverse].into_iter().find(|list| list.is_part())
    {
        let text = &part.text;
        errors.error_at(
            part.span,
            format!(
                "`{text}` is a part of a composite, which is set as a whole, so that no id can be put there beside the one in the other list: \
                 such ids stand on one side alone; keep `ids = {text}` at the model that holds them, and `inverse_ids = {text}` at the other"
            ),
        );
        return;
    }
    let Some(ids) = ids else { return };
    if ids.is_part() {
        check_part(model, relation, ids, errors);
        return;
    }
    match model.body.field(&ids.text) {
        None => errors.error_at(ids.span, unknown_field(model, &ids.text)),
        // A set would lose the order, and an `Option` would make two kinds of nothing.
        Some(field) if !is_named(&field.ty, &["Vec"]) => {
            errors.error_at(ids.span, format!("`{0}` keeps the ids of many: write `{0}: Vec<Id<{1}>>`", ids.text, spell(&relation.target)))
        }
        Some(field) => check_default(relation, field, errors),
    }
}

/// The server follows a relation by what is stored, and a missing key would be read as a value that is not.
fn check_default(relation: &RelationIr, field: &FieldIr, errors: &Ctxt) {
    if let Some(default) = field.default.as_ref().filter(|_| field.reads_default()) {
        let (key, name) = (plain(&field.ident), &relation.ident);
        let is_part = relation.foreign_key.as_ref().or(relation.ids.as_ref()).is_some_and(KeyIr::is_part);
        let is = if is_part { "holds" } else { "is" };
        let rule = "cannot have a constant default: where it is missing the model would read one that the server does not find";
        errors.error_at(default.span, format!("`{key}` {is} the key of `{name}`, and {rule}; remove the default"));
    }
}

/// The message for a name that is no stored field of the model.
pub(crate) fn unknown_field(model: &ModelIr, name: &str) -> String {
    let owner = &model.head.ident;
    if let Some(relation) = model.relations.iter().find(|relation| plain(&relation.ident) == name) {
        let key = relation.foreign_key.as_ref().or(relation.ids.as_ref()).filter(|key| key.first() != name);
        let key = key.map_or_else(|| format!("a field of its own, such as `{name}_id`"), |key| format!("`{}`", key.text));
        return format!("`{name}` is a relation of `{owner}` and not stored; its key is {key}");
    }
    if model.body.unstored.iter().any(|unstored| plain(unstored) == name) {
        return format!("`{name}` of `{owner}` is skipped, so it is not stored");
    }
    if model.body.extras.iter().any(|extra| plain(&extra.ident) == name) {
        return format!("`{name}` of `{owner}` keeps the fields that nobody declares, and has no name of its own");
    }
    let fields = model.body.fields.iter().map(|field| plain(&field.ident));
    let names: Vec<String> = fields.chain(model.body.flattened.iter().map(|flat| plain(&flat.ident))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("`{owner}` has no field `{name}`; {}", suggest_or_list(name, &names))
}

/// A key by the usual name: that of the one side, with `_id`.
fn example_key(model: &ModelIr, relation: &RelationIr) -> String {
    match relation.kind {
        RelationKind::ManyToOne | RelationKind::ManyToMany => format!("{}_id", plain(&relation.ident)),
        RelationKind::OneToOne | RelationKind::OneToMany => format!("{}_id", plain(&model.head.ident).to_snake_case()),
    }
}
