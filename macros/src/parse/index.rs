//! `index(…)` and `unique(…)`: on a type with fields, their kinds and options; on a field with those of its own.

use super::{
    attribute::{Entry, Value},
    item::{Item, parse_items},
    options::{OPTIONS, is_flag, parse_flag, parse_list, parse_value, set_name},
    value::{ident_of, name_of},
};
use crate::{
    ctxt::Ctxt,
    ir::{FieldIndexIr, IndexIr, IndexKeyIr, KeyForm, OptionsIr},
};
use proc_macro2::Ident;
use syn::{Expr, ExprLit, Lit, MetaList, ext::IdentExt};

/// `index(…)` or `unique(…)` on a model; `owner` is the type that `Self` means.
pub(crate) fn parse_index(entry: &Entry, owner: &Ident, errors: &Ctxt) -> Option<IndexIr> {
    let Value::List(list) = &entry.value else {
        errors.error(&entry.key, format!("`{0}` on a model lists fields: write `#[chakra({0}(first_name, last_name))]`", entry.key));
        return None;
    };
    let unique = entry.word == "unique";
    let mut index = IndexIr { keys: Vec::new(), unique, accessor: None, options: OptionsIr::default(), span: entry.key.span() };
    let readable = parse_items(list, errors, |item| parse_part(&mut index, item, owner, errors));
    // Where an item could not be read, that is the message.
    if index.keys.is_empty() && readable {
        errors.error(&entry.key, format!("`{0}(…)` needs a field: write `#[chakra({0}(first_name, last_name))]`", entry.key));
        return None;
    }
    (!index.keys.is_empty()).then_some(index)
}

fn parse_part(index: &mut IndexIr, item: Item, owner: &Ident, errors: &Ctxt) {
    let (path, value) = match item {
        Item::Plain(path, value) => (path, value),
        Item::List(word, list) => {
            if !parse_list(&mut index.options, &word, &list, errors) {
                errors.error(&word, format!("unknown option `{word}(…)`; an index takes {OPTIONS}"));
            }
            return;
        }
    };
    let form = match (path.word(), &value) {
        (Some(word), None) if is_flag(word) => {
            parse_flag(&mut index.options, word, errors);
            return;
        }
        (_, None) => KeyForm::Ascending,
        (word, Some(value)) => {
            // A field may be called as an option is: what has a direction is a field.
            if let Some(direction) = direction_of(value) {
                direction
            } else if let Some(word) = word
                && parse_option(index, word, value, owner, errors)
            {
                return;
            } else {
                parse_form(&path.segments, value, errors)
            }
        }
    };
    index.keys.push(IndexKeyIr { segments: path.segments, form });
}

/// An option that says something of the whole index. False where it is none.
fn parse_option(index: &mut IndexIr, word: &Ident, value: &Expr, owner: &Ident, errors: &Ctxt) -> bool {
    if word != "name" {
        return parse_value(&mut index.options, word, value, owner, errors);
    }
    match ident_of(value) {
        _ if !index.unique => {
            errors.error(word, "`name` is the accessor of a `unique(…)`; the name of the index itself is `map = \"…\"`");
        }
        Some(accessor) => index.accessor = Some(accessor),
        None => errors.error(value, "the accessor is an identifier: `name = author_title`"),
    }
    true
}

/// How the index keeps a field. What cannot be read is a field all the same, so that the index is not also called empty.
fn parse_form(path: &[Ident], value: &Expr, errors: &Ctxt) -> KeyForm {
    let field = path.last().map(|last| last.unraw().to_string()).unwrap_or_default();
    match kind_of(value) {
        Some(Kind::Of(form)) => return form,
        Some(Kind::Text) => errors.error(value, format!("a text index stands by itself: write `#[chakra(text({field}))]`")),
        None => errors.error(
            value,
            format!(
                "how an index keeps a field is `asc`, `desc`, `hashed`, `\"2dsphere\"` or `wildcard`: `{field} = desc`; as options it \
                 takes {OPTIONS}"
            ),
        ),
    }
    KeyForm::Ascending
}

/// `unique(…)` or `index(direction = desc, …)` on a field.
pub(crate) fn parse_field_index(index: &mut FieldIndexIr, entry: &Entry, list: &MetaList, owner: &Ident, errors: &Ctxt) {
    parse_items(list, errors, |item| match item {
        Item::List(word, list) => {
            if !parse_list(&mut index.options, &word, &list, errors) {
                errors.error(&word, unknown_option(&word, entry));
            }
        }
        Item::Plain(path, value) => {
            let known = match (path.word(), &value) {
                (Some(word), None) if is_flag(word) => parse_flag(&mut index.options, word, errors),
                (Some(word), Some(value)) => parse_field_option(index, word, value, owner, errors),
                _ => false,
            };
            if !known {
                errors.error(&path.segments[0], unknown_option(&path.segments[0], entry));
            }
        }
    });
}

/// False where it is no option.
fn parse_field_option(index: &mut FieldIndexIr, word: &Ident, value: &Expr, owner: &Ident, errors: &Ctxt) -> bool {
    match word.unraw().to_string().as_str() {
        "direction" => match direction_of(value) {
            Some(direction) => set_form(index, word, direction, errors),
            None => errors.error(value, "the direction of an index is `asc` or `desc`"),
        },
        "kind" => {
            match kind_of(value) {
                Some(Kind::Of(form)) => set_form(index, word, form, errors),
                Some(Kind::Text) => {
                    let form = "a collection has one text index, so it stands on the model, with all of its fields: `#[chakra(text(title, body))]`";
                    errors.error(value, form);
                }
                None => errors
                    .error(value, "the kind of an index is `hashed`, `\"2dsphere\"` or `wildcard`; without it the values are in order"),
            }
        }
        // A field is its own accessor.
        "name" => {
            set_name(&mut index.options.map, word, value, "the name of the index is a text: `name = \"by_author\"`", errors);
        }
        _ => return parse_value(&mut index.options, word, value, owner, errors),
    }
    true
}

/// One of `direction` and `kind`, once.
fn set_form(index: &mut FieldIndexIr, word: &Ident, form: KeyForm, errors: &Ctxt) {
    if index.form.is_some() {
        errors.error(word, "an index of a field has one `direction` or one `kind`; keep one");
    } else {
        index.form = Some(form);
    }
}

fn unknown_option(word: &Ident, entry: &Entry) -> String {
    format!("unknown option `{word}`; `{}(…)` on a field takes `direction`, `kind` and {OPTIONS}", entry.key)
}

pub(super) fn direction_of(value: &Expr) -> Option<KeyForm> {
    match name_of(value)?.text.as_str() {
        "asc" => Some(KeyForm::Ascending),
        "desc" => Some(KeyForm::Descending),
        _ => None,
    }
}

/// A kind of index.
enum Kind {
    Of(KeyForm),
    Text,
}

fn kind_of(value: &Expr) -> Option<Kind> {
    // Without quotes it reads as a number with a suffix.
    if let Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) = value {
        return (number.to_string() == SPHERE).then_some(Kind::Of(KeyForm::Sphere));
    }
    match name_of(value)?.text.as_str() {
        "hashed" => Some(Kind::Of(KeyForm::Hashed)),
        "wildcard" => Some(Kind::Of(KeyForm::Wildcard)),
        SPHERE => Some(Kind::Of(KeyForm::Sphere)),
        "text" => Some(Kind::Text),
        _ => None,
    }
}

const SPHERE: &str = "2dsphere";
